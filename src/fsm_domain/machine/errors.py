"""What can be wrong with a machine, and with a step of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches


class MachineError(ValueError):
    """A machine that makes no sense.  The message lists every problem, one a line, each with the machine's name."""

    def __init__(self, machine: str, problems: Iterable[str]) -> None:
        self.machine = machine
        self.problems = tuple(problems)
        super().__init__("\n".join(f"machine {machine!r}: {problem}" for problem in self.problems))


class UndeclaredEvent(Exception):
    """An action returned an event that its state does not handle; the same code would return it again."""

    def __init__(self, state: str, event: object, handled: Collection[str]) -> None:
        super().__init__(
            f"the action of state {state!r} returned {event!r}, which the state does not handle; "
            f"{did_you_mean(str(event), handled)}"
        )
        self.state, self.event = state, event


class UnhandledEvent(Exception):
    """A message names an event that its state does not handle."""

    def __init__(self, state: str, event: str, handled: Collection[str]) -> None:
        super().__init__(f"state {state!r} does not handle {event!r}; {did_you_mean(event, handled)}")
        self.state, self.event = state, event


def did_you_mean(word: str, known: Collection[str]) -> str:
    """The nearest known word, or all of them."""
    near = get_close_matches(word, known, 1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"it handles {', '.join(map(repr, sorted(known)))}" if known else "it handles nothing"
