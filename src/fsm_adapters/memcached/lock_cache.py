"""Lock cache on memcached."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from hashlib import sha256
from typing import Final, NamedTuple

from fsm_adapters.memcached.client import MemcachedServers
from fsm_adapters.memcached.driver import MemcachedConnection
from fsm_adapters.memcached.errors import TRANSLATED, misconfigured, port_error
from fsm_adapters.memcached.node import MemcachedNode
from fsm_ports.clock import Clock
from fsm_ports.errors import PortUnavailable
from fsm_ports.lock_cache import LockCache
from fsm_ports.results import Busy, Lease, LeaseResult

MEMORY: Final = 86_400
"""Seconds for which a key's fence is remembered after the end of its last lease, if the server has room."""
LONGEST: Final = 30 * 86_400
"""Seconds beyond which memcached reads an expiry as a date; what is to last longer never expires."""
TRIES: Final = 5
"""How often a key is asked for that changes between reading and writing."""


class MemcachedLockCache(LockCache):
    """One round trip for a key that nobody has held lately, three for one that changes hands or is held.

    memcached has no clock that it lends, so the callers' clocks decide: they have to agree to within the margin of a
    lease.  A server that was flushed gives leases away that are still held; their fences grow all the same, as the
    first fence of a key is the time.
    """

    def __init__(self, client: Callable[[], MemcachedServers], *, source: str, clock: Clock) -> None:
        self._client, self._source, self._clock = client, source, clock

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        """A server that the network fails is not asked for further keys: each would cost the same time again."""
        down = set[MemcachedNode]()
        return [self._acquire(_name(key), _bytes(owner), until, down) for key in keys]

    def release(self, keys: Collection[str], owner: str) -> None:
        down = set[MemcachedNode]()
        for key in keys:
            self._release(_name(key), _bytes(owner), down)

    def _acquire(self, name: str, owner: bytes, until: float, down: set[MemcachedNode]) -> LeaseResult:
        node = self._client().node(name)
        if node in down:
            return PortUnavailable("not tried: for an earlier key the server failed", self._source)
        try:
            return self._take(node, name, owner, until)
        except TRANSLATED as error:
            if isinstance(error, OSError):
                down.add(node)
            return port_error(error, self._source)

    def _take(self, node: MemcachedNode, name: str, owner: bytes, until: float) -> LeaseResult:
        for _ in range(TRIES):
            now = self._clock.now()
            wish = _Held(int(now * 1000), int(until * 1000), owner)
            expire = _expire(until - now)
            if node.use(partial(_add, name, wish, expire)):
                return Lease(wish.fence)
            text, version = node.use(partial(_gets, name))
            if text is None or version is None:
                continue  # forgotten in between
            held = _read(text)
            if held is None:
                return misconfigured("the key holds something else: give the locks a server of their own", self._source)
            if held.owner != owner and held.until > now * 1000:
                return Busy(held.until / 1000)
            wish = wish._replace(fence=held.fence + (held.owner != owner))
            if node.use(partial(_cas, name, wish, version, expire)):
                return Lease(wish.fence)
        return PortUnavailable("the key changes hands faster than it can be read", self._source)

    def _release(self, name: str, owner: bytes, down: set[MemcachedNode]) -> None:
        node = self._client().node(name)
        if node in down:
            return
        try:
            text, version = node.use(partial(_gets, name))
            held = _read(text) if text is not None else None
            if held is not None and version is not None and held.owner == owner:
                node.use(partial(_cas, name, held._replace(until=0), version, _expire(0)))
        except TRANSLATED as error:
            if isinstance(error, OSError):
                down.add(node)


class _Held(NamedTuple):
    fence: int
    until: int
    """Milliseconds since the epoch."""
    owner: bytes


def _read(text: bytes) -> _Held | None:
    """None: somebody else wrote this."""
    fence, _, rest = text.partition(b" ")
    until, space, owner = rest.partition(b" ")
    return _Held(int(fence), int(until), owner) if space and fence.isdigit() and until.isdigit() else None


def _text(held: _Held) -> bytes:
    return b"%d %d %b" % held


def _add(name: str, held: _Held, expire: int, connection: MemcachedConnection) -> bool:
    return connection.add(name, _text(held), expire=expire, noreply=False)


def _gets(name: str, connection: MemcachedConnection) -> tuple[bytes | None, bytes | None]:
    return connection.gets(name)


def _cas(name: str, held: _Held, version: bytes, expire: int, connection: MemcachedConnection) -> bool | None:
    return connection.cas(name, _text(held), version, expire=expire, noreply=False)


def _expire(lease: float) -> int:
    seconds = MEMORY + max(0, int(min(lease, LONGEST)))
    return seconds if seconds <= LONGEST else 0


def _name(key: str) -> str:
    """Keys of any length and alphabet, in the 250 printable bytes that memcached has for one."""
    return f"fsm:lock:{sha256(_bytes(key)).hexdigest()}"


def _bytes(text: str) -> bytes:
    """Any text, half a surrogate pair included."""
    return text.encode(errors="surrogatepass")
