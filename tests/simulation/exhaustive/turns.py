"""A kernel and wires that stop a worker at every call, and can bring him to the same point again.

A worker in mid-batch is nothing but what he was answered so far: he is run from his `receive` on, each call is given
the answer that it had, and at the first call without one he stands where he stood.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from fsm_adapters.memory import MemoryCheckpointStore, MemoryLockCache
from fsm_bootstrap.simulation.clocks import KernelRandom
from fsm_bootstrap.simulation.faults import CALM, PRIMARY, SECONDARY, Fate, Faults
from fsm_bootstrap.simulation.kernel import Kernel
from fsm_bootstrap.simulation.runs import Runs
from fsm_bootstrap.simulation.set_ups import Lab
from fsm_bootstrap.simulation.trace import NOT_REACHED, Event, Trace
from fsm_bootstrap.simulation.wire import Wire
from fsm_ports.checkpoint_store import CheckpointStore
from fsm_ports.errors import PortError
from tests.simulation.exhaustive import choices
from tests.simulation.exhaustive.back_ends import told
from tests.simulation.exhaustive.choices import ACTION, FATES

T = TypeVar("T")
R = TypeVar("R")


class Turn(NamedTuple):
    """One call that a worker made."""

    at: float
    """When he went on with the answer."""
    answer: object
    told: str
    """The answer as text."""


class Stop(BaseException):
    """The worker is about to make a call that nobody has answered yet.  No Exception: nobody catches it."""

    def __init__(self, call: str, items: Sequence[object], *, fragile: bool) -> None:
        super().__init__(call)
        self.call, self.items, self.fragile = call, items, fragile


class Tape(Trace):
    """A trace that can be cut back to where a branch of the search began; deaf while a worker is brought to a point."""

    def __init__(self) -> None:
        super().__init__()
        self.deaf = False

    def add(self, event: Event) -> None:
        if not self.deaf:
            self.events.append(event)


class Turns(Kernel):
    """Nobody takes turns by chance: the search says who goes on, and what befalls him."""

    def __init__(self, tape: Tape) -> None:
        super().__init__(0)
        self.random = Lowest(0)
        self.ids = self.own_ids = Ids(self)
        self.process = "nobody"
        self.present = self.now
        """The time of the state in which somebody goes on; what he did before was done at its own time."""
        self.tape = tape
        self._answered: Sequence[Turn] = ()
        self.turns_made: list[Turn] = []
        self._given = 0
        self._event: choices.Event | None = None

    @property
    def current(self) -> str:
        return self.process

    def begin(self, process: str, ids: str, answered: Sequence[Turn], event: choices.Event | None) -> None:
        """Whoever runs next is given those answers; at the first call beyond, the event happens."""
        self.process, self._answered, self._given, self._event = process, answered, 0, event
        self.own_ids.restart(ids)
        self.turns_made = list(answered)
        self.tape.deaf = bool(answered)
        self.faults = _FAULTS.get(event, CALM) if event is not None and not answered else CALM

    def replayed(self) -> Turn | None:
        """What the call that is being made was answered when it was made first."""
        if self._given == len(self._answered):
            return None
        turn = self._answered[self._given]
        self._given += 1
        self.now = turn.at
        return turn

    def event(self, call: str, items: Sequence[object] = (), *, fragile: bool = True) -> choices.Event:
        """What happens at the call that is being made for the first time.

        Raises:
            Stop: that is not decided yet.
        """
        if self._event is None:
            raise Stop(call, items, fragile=fragile)
        event, self._event = self._event, None
        self.now, self.tape.deaf = self.present, False
        self.faults = _FAULTS.get(event, CALM)
        return event

    def answered(self, answer: object) -> None:
        self.faults = CALM
        self.turns_made.append(Turn(self.now, answer, told(answer)))

    def act(self) -> bool:
        """A point inside an action; True where it is to fail."""
        turn = self.replayed()
        if turn is not None:
            return turn.answer is choices.Event.RAISES
        event = self.event(ACTION)
        self.answered(event)
        return event is choices.Event.RAISES


_FAULTS = {
    choices.Event.TWICE: Faults(duplicate=1.0),
    choices.Event.TWICE_UNANSWERED: Faults(duplicate=1.0),
    choices.Event.AGAIN: Faults(redeliver=1.0),
}
"""By which the wires know that something comes twice."""


class Lowest(random.Random):
    """No chance: whatever may happen happens, and takes no time."""

    def random(self) -> float:
        return 0.0

    def uniform(self, a: float, b: float) -> float:
        return a


class Ids(KernelRandom):
    """Ids that a worker gets again when he is brought to the same point again; backoffs are as long as they may be."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._prefix, self._count = "c", 0

    def restart(self, prefix: str) -> None:
        self._prefix, self._count = prefix, 0

    def jitter(self, upper: float) -> float:
        return upper

    def id(self) -> str:
        self._count += 1
        return f"{self._prefix}.{self._count}"


class StoppingWire(Wire):
    """The search decides what happens to each call."""

    def __init__(self, turns: Turns, port: str, *, fragile: bool) -> None:
        super().__init__(turns, turns.tape, port, SECONDARY if port.endswith("2") else PRIMARY, fragile=fragile)
        self._turns = turns

    def call(self, operation: str, items: Sequence[T], do: Callable[[Sequence[T]], Sequence[R]]) -> list[R | PortError]:
        turns = self._turns
        before = turns.replayed()
        if before is not None:
            return before.answer  # type: ignore[return-value]  # what this very call was answered when it was made
        fate = self._fate_of(operation, items)
        done = list(do(items)) if fate in (Fate.DONE, Fate.UNANSWERED) else [NOT_REACHED] * len(items)
        answers = done if fate is Fate.DONE else [self._failure(fate) for _ in items]
        self.record(operation, items, done, answers)
        turns.answered(answers)
        return answers  # type: ignore[return-value]  # where it is DONE no item is NOT_REACHED

    def ask(
        self, operation: str, question: object, do: Callable[[], Sequence[R] | PortError]
    ) -> Sequence[R] | PortError:
        turns = self._turns
        before = turns.replayed()
        if before is not None:
            return before.answer  # type: ignore[return-value]  # as above
        fate = self._fate_of(operation, [question])
        found = do() if fate in (Fate.DONE, Fate.UNANSWERED) else ()
        effects = found if isinstance(found, Sequence) else (found,)
        answer = found if fate is Fate.DONE else self._failure(fate)
        self.record(operation, [question], effects, answer if isinstance(answer, Sequence) else [answer])
        turns.answered(answer)
        return answer

    def _fate_of(self, operation: str, items: Sequence[object]) -> Fate:
        event = self._turns.event(f"{self.port}.{operation}", items, fragile=self.fragile)
        return FATES.get(event, Fate.DONE)


class StoppingLab(Lab):
    """Wires that stop."""

    def wire(self, port: str, *, fragile: bool = True) -> Wire:
        if not isinstance(self.kernel, Turns):
            raise TypeError("these wires need a kernel that stops")
        return StoppingWire(self.kernel, port, fragile=fragile)

    def lock(self) -> MemoryLockCache:
        return MemoryLockCache(self.kernel.clock)

    def store(self) -> CheckpointStore:
        return MemoryCheckpointStore()


class FreshRuns(Runs):
    """Forgets the runs that were under way: a worker who is brought to a point begins them again."""

    def forget(self) -> None:
        self._open.clear()
