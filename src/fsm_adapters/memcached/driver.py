"""What is used of pymemcache, which has no types: here it gets them."""

from __future__ import annotations

from ssl import SSLContext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:

    class MemcacheError(Exception): ...

    class MemcacheClientError(MemcacheError): ...

    class MemcacheIllegalInputError(MemcacheClientError): ...

    class MemcacheServerError(MemcacheError): ...

    class MemcacheUnexpectedCloseError(MemcacheServerError): ...

else:
    from pymemcache.exceptions import (
        MemcacheClientError,
        MemcacheError,
        MemcacheIllegalInputError,
        MemcacheServerError,
        MemcacheUnexpectedCloseError,
    )

__all__ = [
    "MemcacheClientError",
    "MemcacheError",
    "MemcacheIllegalInputError",
    "MemcacheServerError",
    "MemcacheUnexpectedCloseError",
    "MemcachedConnection",
    "connection",
]


class MemcachedConnection(Protocol):
    """pymemcache's ``Client``: one connection, made when first used; one thread at a time."""

    def add(self, key: str, value: bytes, *, expire: int, noreply: bool) -> bool:
        """Stores it unless the key is there; whether it did."""
        ...

    def gets(self, key: str) -> tuple[bytes | None, bytes | None]:
        """The value and its version; None twice: there is none."""
        ...

    def cas(self, key: str, value: bytes, cas: bytes, *, expire: int, noreply: bool) -> bool | None:
        """Stores it if the version is still the same; whether it did.  None: the key is gone."""
        ...

    def close(self) -> None: ...


def connection(
    server: tuple[str, int], connect_timeout: float, timeout: float, tls: SSLContext | None
) -> MemcachedConnection:
    """A connection to be; time-outs are in seconds."""
    if TYPE_CHECKING:
        raise NotImplementedError
    else:
        from pymemcache.client.base import Client

        return Client(
            server,
            connect_timeout=connect_timeout,
            timeout=timeout,
            no_delay=True,
            default_noreply=False,
            tls_context=tls,
        )
