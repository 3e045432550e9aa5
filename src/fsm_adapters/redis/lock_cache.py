"""Lock cache on Redis."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from fsm_adapters.redis.calls import Call, run
from fsm_adapters.redis.client import RedisClient
from fsm_adapters.redis.errors import TRANSLATED, port_error
from fsm_adapters.redis.scripts import ACQUIRE, RELEASE, Script
from fsm_ports.clock import Clock
from fsm_ports.errors import OutcomeUnknown, PortError
from fsm_ports.lock_cache import LockCache
from fsm_ports.results import Busy, Lease, LeaseResult

PREFIX: Final = b"fsm:lock:"
"""What the names of all keys begin with."""
MEMORY: Final = 86_400_000
"""Milliseconds for which a key's fence is remembered after the end of its last lease."""
LONGEST: Final = 2**40
"""Milliseconds that a lease lasts at most: 34 years."""


class RedisLockCache(LockCache):
    """One round trip for a batch; in cluster mode one to each node that has a key of it.

    The server's clock decides: of `clock` only the length of a lease is taken, so it may differ from other callers'.
    A server that lost its memory gives leases away that are still held; their fences grow all the same.
    """

    def __init__(self, client: Callable[[], RedisClient], *, source: str, clock: Clock) -> None:
        self._client, self._source, self._clock = client, source, clock

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        lease = max(0, int(min((until - self._clock.now()) * 1000, LONGEST)))
        answers = self._run(ACQUIRE, keys, owner, lease, MEMORY)
        now = self._clock.now()
        return [self._lease(answer, now) for answer in answers]

    def release(self, keys: Collection[str], owner: str) -> None:
        self._run(RELEASE, keys, owner)

    def _lease(self, answer: object, now: float) -> LeaseResult:
        match answer:
            case PortError():
                return answer
            case [1, int(fence), int()]:
                return Lease(fence)
            case [0, int(left), int()]:
                return Busy(now + left / 1000)
            case _:
                return OutcomeUnknown("the answer cannot be read", self._source)

    def _run(self, script: Script, keys: Collection[str], owner: str, *numbers: int) -> list[object]:
        """What the script answers for each key, or the port error that stands for it."""
        calls = [Call(PREFIX + _bytes(key), (_bytes(owner), *numbers)) for key in keys]
        if not calls:
            return []
        try:
            client = self._client()
        except TRANSLATED as error:
            return self._translated([error] * len(calls))
        return self._translated(run(client, script, calls))

    def _translated(self, answers: Sequence[object]) -> list[object]:
        """One error that failed several keys is translated, and logged, once."""
        known: dict[str, PortError] = {}
        return [self._port_error(answer, known) if isinstance(answer, Exception) else answer for answer in answers]

    def _port_error(self, error: Exception, known: dict[str, PortError]) -> PortError:
        text = f"{type(error).__name__}: {error}"
        if text not in known:
            known[text] = port_error(error, self._source)
        return known[text]


def _bytes(text: str) -> bytes:
    """Any text, half a surrogate pair included."""
    return text.encode(errors="surrogatepass")
