"""Failures of ports that a test asks for, one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple, TypeVar, cast, get_args

from fsm_adapters.chaos.chaos import Chaos, Fate
from fsm_adapters.chaos.checkpoint_store import ChaosCheckpointStore
from fsm_adapters.system.random import SeededRandom
from fsm_ports.checkpoint_store import CheckpointStore, InstanceQuery, Page
from fsm_ports.errors import OutcomeUnknown, PortError
from fsm_ports.instance import Instance

T = TypeVar("T")
R = TypeVar("R")

PortName = Literal["event_bus", "retry_scheduler", "checkpoint_store", "lock_cache", "history_log", "message_source"]
PORTS: Final[tuple[PortName, ...]] = get_args(PortName)

SOURCE: Final = "harness"
"""`PortError.source` of every failure that was asked for."""


class Fault(NamedTuple):
    """What becomes of one item of a call."""

    error: PortError | None
    """What the caller is told; None: that it was done."""
    happens: bool


class PlannedFaults(Chaos):
    """The next items fail as planned, in order; then nothing fails."""

    def __init__(self) -> None:
        super().__init__(SeededRandom(0))  # draws nothing
        self._plan: deque[Fault] = deque()

    def add(self, fault: Fault, times: int) -> None:
        self._plan.extend([fault] * times)

    def __len__(self) -> int:
        """Failures still to come."""
        return len(self._plan)

    @property
    def leaves_in_doubt(self) -> bool:
        """The next failure is one that leaves the caller in doubt."""
        return bool(self._plan) and isinstance(self._plan[0].error, OutcomeUnknown)

    def fate(self) -> Fate:
        fault = self._next()
        if fault is None:
            return Fate.DONE
        return Fate.ANSWER_LOST if fault.happens else Fate.REFUSED

    def one(self, call: Callable[[], R]) -> R | PortError:
        return self.each([None], lambda items: [call() for _ in items])[0]

    def each(self, items: Sequence[T], call: Callable[[Sequence[T]], Sequence[R]]) -> list[R | PortError]:
        faults = [self._next() for _ in items]
        reached = [item for item, fault in zip(items, faults, strict=True) if fault is None or fault.happens]
        answers = iter(call(reached) if reached else ())
        results: list[R | PortError] = []
        for fault in faults:
            answer = next(answers) if fault is None or fault.happens else None
            # What is lost in silence is answered None: only ports whose "done" is None can lose.
            results.append(cast("R | PortError", answer if fault is None else fault.error))
        return results

    def _next(self) -> Fault | None:
        return self._plan.popleft() if self._plan else None


class FaultyStore(ChaosCheckpointStore):
    """Doubt is about writes: such a failure waits for the next one, and lets reads pass."""

    def __init__(self, store: CheckpointStore, faults: PlannedFaults) -> None:
        super().__init__(store, faults)
        self._sound, self._faults = store, faults

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        if self._faults.leaves_in_doubt:
            return self._sound.read(correlation_ids, homes)
        return super().read(correlation_ids, homes)

    def find(self, query: InstanceQuery) -> Page | PortError:
        if self._faults.leaves_in_doubt:
            return self._sound.find(query)
        return super().find(query)


def failure(error: PortError | type[PortError], *, happened: bool) -> Fault:
    """The fault with this error.

    Raises:
        ValueError: it is said to happen with an error that says that it did not.
    """
    made = error if isinstance(error, PortError) else error("asked for by fail_next", SOURCE)
    if happened and not isinstance(made, OutcomeUnknown):
        raise ValueError(
            f"{type(made).__name__} says that nothing happened; for a lost answer use error=OutcomeUnknown"
        )
    return Fault(made, happened)


def chosen(wanted: str, known: Sequence[T], what: str) -> T:
    """The one of `known` that was named.

    Raises:
        ValueError: with what is known.
    """
    for name in known:
        if name == wanted:
            return name
    raise ValueError(f"no {what} is called {wanted!r}; known: {', '.join(map(str, known))}")


def counted(times: int) -> int:
    """Raises:
    ValueError: not a number of times.
    """
    if times < 1:
        raise ValueError(f"times={times}: at least once")
    return times
