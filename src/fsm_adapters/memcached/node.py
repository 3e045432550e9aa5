"""One memcached server, and the connections to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, TypeVar

from fsm_adapters.memcached.driver import MemcachedConnection, MemcacheUnexpectedCloseError

T = TypeVar("T")

CLOSED: Final = (MemcacheUnexpectedCloseError, ConnectionResetError, BrokenPipeError)
"""The server ended the connection: it restarted, or thought it idle for too long."""


class MemcachedNode:
    """Lends a connection to each thread that asks, and keeps it for the next one."""

    def __init__(self, name: str, connect: Callable[[], MemcachedConnection]) -> None:
        self.name = name
        """host:port"""
        self._connect = connect
        self._idle = deque[MemcachedConnection]()

    def use(self, call: Callable[[MemcachedConnection], T]) -> T:
        """What `call` answers.  It may be called twice: once more where a kept connection turns out to be closed.

        Raises:
            MemcacheError, OSError, ValueError: as pymemcache does.
        """
        try:
            kept = self._idle.pop()
        except IndexError:
            return self._on(self._connect(), call)
        try:
            return self._on(kept, call)
        except CLOSED as closed:
            self.close()  # the others are as old
            try:
                return self._on(self._connect(), call)
            except OSError as error:
                raise closed from error  # the first call may have come through

    def close(self) -> None:
        """Ends the connections that nobody uses."""
        while self._idle:
            self._idle.pop().close()

    def _on(self, connection: MemcachedConnection, call: Callable[[MemcachedConnection], T]) -> T:
        try:
            answer = call(connection)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return answer
