"""Messages as text, for back ends of other packages: what every built-in road carries.

`encode(message) -> str` writes one, `decode(text) -> Message` reads it and never raises: what cannot be read is an
`Unreadable`.
"""

from __future__ import annotations

from fsm_adapters._wire.message import decode, encode

__all__ = ["decode", "encode"]
