"""What pymemcache can meet, as port errors."""

from __future__ import annotations

import logging
import ssl
from typing import Final

from fsm_adapters.memcached.driver import MemcacheClientError, MemcacheError, MemcacheIllegalInputError
from fsm_adapters.memcached.node import CLOSED
from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected, PortUnavailable

TRANSLATED: Final = (MemcacheError, OSError, ValueError, IndexError)
"""All that a call of pymemcache raises for what the network or the server did; the last two for unreadable answers."""

_log = logging.getLogger(__name__)


def port_error(error: Exception, source: str) -> PortError:
    """The port error for what a call met."""
    text = f"{type(error).__name__}: {_reason(error)}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return misconfigured(f"{text}: its certificate is not trusted: name its authority in ?ca=", source)
    if isinstance(error, (*CLOSED, TimeoutError)):
        return OutcomeUnknown(text, source)
    if isinstance(error, MemcacheIllegalInputError):
        return PortRejected(text, source)
    if isinstance(error, MemcacheError):
        return _of_answer(error, text, source)
    if isinstance(error, OSError):  # refused, no such host, no way to it: it was never sent
        return PortUnavailable(text, source)
    return OutcomeUnknown(f"the answer cannot be read ({text})", source)


def misconfigured(reason: str, source: str) -> PortError:
    """Nothing happened, so for the work at hand it is as if the server were down; the log tells a person."""
    _log.error("%s: %s", source, reason)
    return PortUnavailable(reason, source)


def _of_answer(error: MemcacheError, text: str, source: str) -> PortError:
    reason = text.lower()
    if "unauthenticated" in reason:
        return misconfigured(f"{text}: the server asks for a password, which is not supported", source)
    if "too large" in reason or "too long" in reason:
        return PortRejected(text, source)
    if isinstance(error, MemcacheClientError) or "out of memory" in reason or "unknown" in reason:
        return PortUnavailable(text, source)
    return OutcomeUnknown(text, source)


def _reason(error: Exception) -> str:
    """Servers answer in bytes."""
    said: object = error.args[0] if error.args else ""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(error)
