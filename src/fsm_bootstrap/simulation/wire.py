"""Every port call goes through here: where processes switch, crash, and meet failures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from fsm_bootstrap.simulation.faults import Fate, Place
from fsm_bootstrap.simulation.kernel import Crash, Kernel
from fsm_bootstrap.simulation.trace import NOT_REACHED, Call, Trace, without_receipts
from fsm_ports.errors import OutcomeUnknown, PortError, PortUnavailable
from fsm_ports.names import DEFINITIONS
from fsm_ports.writes import Commit

T = TypeVar("T")
R = TypeVar("R")

_OF_THE_SERVICE = frozenset({"receive", "settle", "extend"})
"""Operations by which messages come and go: no call that a function on Lambda makes."""


class Wire:
    """The way to one back end; `fragile` ones meet failures, all of them crashes of their callers."""

    def __init__(self, kernel: Kernel, trace: Trace, port: str, rank: str, *, fragile: bool = True) -> None:
        self.kernel, self.trace, self.port, self.rank, self.fragile = kernel, trace, port, rank, fragile

    def call(self, operation: str, items: Sequence[T], do: Callable[[Sequence[T]], Sequence[R]]) -> list[R | PortError]:
        """One call for many items; each has a fate of its own."""
        kernel = self.kernel
        kernel.pause()
        down = kernel.down.get(self.port, 0.0) > kernel.now
        struck = self._struck(operation)
        fates = [struck or self._fate(down=down, spared=self._is_spared(item)) for item in items]
        exposed = len(items) - sum(map(self._is_spared, items))
        dies_within = exposed > 1 and kernel.chance(kernel.faults.crash)
        if dies_within:  # some of the items got there
            reached = kernel.random.randrange(exposed)
            fates[reached:] = [Fate.LOST] * (len(items) - reached)
        there = [n for n, fate in enumerate(fates) if fate in (Fate.DONE, Fate.UNANSWERED)]
        done = dict(zip(there, do([items[n] for n in there]) if there else (), strict=True))
        answers = [done[n] if fate is Fate.DONE else self._failure(fate) for n, fate in enumerate(fates)]
        self.record(operation, items, [done.get(n, NOT_REACHED) for n in range(len(items))], answers)
        if dies_within:
            raise Crash
        kernel.pause()
        return answers

    def ask(
        self, operation: str, question: object, do: Callable[[], Sequence[R] | PortError]
    ) -> Sequence[R] | PortError:
        """One call with one answer; the trace has an effect for each thing in it."""
        kernel = self.kernel
        kernel.pause()
        down = kernel.down.get(self.port, 0.0) > kernel.now
        fate = self._struck(operation) or self._fate(down=down)
        found = do() if fate in (Fate.DONE, Fate.UNANSWERED) else ()
        effects = found if isinstance(found, Sequence) else (found,)
        answer = found if fate is Fate.DONE else self._failure(fate)
        self.record(operation, [question], effects, answer if isinstance(answer, Sequence) else [answer])
        kernel.pause()
        return answer

    def record(
        self, operation: str, items: Sequence[object], effects: Sequence[object], answers: Sequence[object],
        process: str | None = None,
    ) -> None:  # fmt: skip
        """Put a call into the trace."""
        self.trace.add(
            Call(
                self.trace.next_number, self.kernel.now, process or self.kernel.current, self.port, operation,
                without_receipts(items), without_receipts(effects), without_receipts(answers),
            )
        )  # fmt: skip

    def _struck(self, operation: str) -> Fate | None:
        is_worker = self.kernel.current.startswith("worker")
        return self.kernel.strike(Place.CALL) if is_worker and operation not in _OF_THE_SERVICE else None

    def _is_spared(self, item: object) -> bool:
        """Where one version of the code is at work its definition is of no account, so it draws on no chance."""
        return not self.trace.definitions and isinstance(item, Commit) and item.instance.machine == DEFINITIONS

    def _fate(self, *, down: bool, spared: bool = False) -> Fate:
        fate = Fate.UNAVAILABLE if down else Fate.DONE if spared else self._drawn()
        if fate is not Fate.DONE:
            self.kernel.faulted[fate.value] += 1
        return fate

    def _drawn(self) -> Fate:
        kernel, faults = self.kernel, self.kernel.faults
        if not self.fragile:
            return Fate.DONE
        failing = faults.failing_of(self.port, self.rank)
        drawn = kernel.random.random()
        if drawn < faults.unavailable + failing / 2:
            return Fate.UNAVAILABLE
        if drawn < faults.unavailable + faults.unknown + failing:
            return Fate.LOST if kernel.random.random() < 0.5 else Fate.UNANSWERED
        return Fate.DONE

    def _failure(self, fate: Fate) -> PortError:
        return PortUnavailable("down", self.port) if fate is Fate.UNAVAILABLE else OutcomeUnknown("time-out", self.port)
