"""What redis-py can meet, as port errors."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from typing import Final

from redis import exceptions as redis

from fsm_ports.errors import OutcomeUnknown, PortError, PortUnavailable

TRANSLATED: Final = (redis.RedisError, redis.RedisClusterException, OSError)
"""All that a call of redis-py raises for what the network or the server did."""

_log = logging.getLogger(__name__)

_CREDENTIALS: Final = (
    redis.AuthenticationError,
    redis.AuthenticationWrongNumberOfArgsError,
    redis.AuthorizationError,
    redis.NoPermissionError,
)
_REMEDIES: Final = {
    "WRONGTYPE": "the key holds something else: give the locks a database of their own",
    "MOVED": "the server runs in cluster mode: add ?cluster=true to its URL",
    "NOAUTH": "the server asks for a password: write it into the URL",
    "NOPERM": "the user may not do this: grant it EVALSHA, EVAL, TIME, HGET, HMGET, HSET and PEXPIRE on fsm:lock:*",
}
"""Codes of refusals that only a person can mend."""
_LATER: Final = (
    "READONLY", "OOM", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "ASK", "LOADING", "BUSY", "MISCONF", "NOREPLICAS",
)  # fmt: skip
"""Codes of refusals for now: nothing happened, and later, or elsewhere, it may go well."""
_NEVER_SENT: Final = (ConnectionRefusedError, socket.gaierror)


def port_error(error: Exception, source: str) -> PortError:
    """The port error for what a whole call, or one command of a pipeline, met."""
    if isinstance(error, _CREDENTIALS):
        return _misconfigured(error, "the server refuses these credentials: check the URL", source)
    if isinstance(error, redis.TimeoutError | TimeoutError):
        return OutcomeUnknown(_text(error), source)
    if isinstance(error, redis.ResponseError):
        return _of_answer(error, source)
    return _of_connection(error, source)


def _of_answer(error: redis.ResponseError, source: str) -> PortError:
    """By the code, wherever it stands: older servers put the script's name before it, and redis-py cuts it off."""
    words = str(error).replace("-", " ").split()
    for code, remedy in _REMEDIES.items():
        if code in words or (code == "MOVED" and isinstance(error, redis.MovedError)):
            return _misconfigured(error, remedy, source)
    later = redis.ReadOnlyError | redis.OutOfMemoryError | redis.ClusterDownError | redis.TryAgainError | redis.AskError
    if isinstance(error, later) or any(code in words for code in _LATER):
        return PortUnavailable(_text(error), source)
    return OutcomeUnknown(_text(error), source)


def _of_connection(error: Exception, source: str) -> PortError:
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return _misconfigured(error, "its certificate is not trusted: name its authority in ?ssl_ca_certs=", source)
    if "cluster mode is not enabled" in str(error).lower():
        return _misconfigured(error, "the server does not run in cluster mode: leave ?cluster=true out", source)
    if isinstance(error, redis.BusyLoadingError | redis.MaxConnectionsError | redis.RedisClusterException):
        return PortUnavailable(_text(error), source)
    if any(isinstance(cause, _NEVER_SENT) for cause in causes):
        return PortUnavailable(_text(error), source)
    return OutcomeUnknown(_text(error), source)


def _misconfigured(error: Exception, remedy: str, source: str) -> PortError:
    """Nothing happened, so for the work at hand it is as if the server were down; the log tells a person."""
    reason = f"{_text(error)}: {remedy}"
    _log.error("%s: %s", source, reason)
    return PortUnavailable(reason, source)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it was made from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
