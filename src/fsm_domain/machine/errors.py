"""What can be wrong with a machine, and with a step of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable


class MachineError(ValueError):
    """A machine that makes no sense.  The message lists every problem, one a line, each with the machine's name.

    >>> print(MachineError("orders", ["state 'ship' is defined 2 times", "max_steps is at least 1, not 0"]))
    machine 'orders': state 'ship' is defined 2 times
    machine 'orders': max_steps is at least 1, not 0
    """

    def __init__(self, machine: str, problems: Iterable[str]) -> None:
        self.machine = machine
        self.problems = tuple(problems)
        # What it was made of, not its text: so it can be made again in another process.
        super().__init__(machine, self.problems)

    def __str__(self) -> str:
        return "\n".join(f"machine {self.machine!r}: {problem}" for problem in self.problems)


class UndeclaredEvent(Exception):
    """An action returned an event that its state does not handle; the same code would return it again."""

    def __init__(self, machine: str, state: str, event: object, handled: Collection[str]) -> None:
        super().__init__(machine, state, event, handled)
        self.machine, self.state, self.event, self.handled = machine, state, event, handled

    def __str__(self) -> str:
        hint = "; a state that then waits has do_or_wait" if self.event is None else _near(self.event, self.handled)
        return (
            f"machine {self.machine!r}: the action of state {self.state!r} returned {self.event!r}, "
            f"which the state does not handle; {_listed(self.handled)}{hint}"
        )


class UnhandledEvent(Exception):
    """A message names an event that its state does not handle; `handled` is None where there is no such state."""

    def __init__(self, machine: str, state: str, event: str, handled: Collection[str] | None) -> None:
        super().__init__(machine, state, event, handled)
        self.machine, self.state, self.event, self.handled = machine, state, event, handled

    def __str__(self) -> str:
        if self.handled is None:
            return f"machine {self.machine!r}: there is no state {self.state!r}"
        return (
            f"machine {self.machine!r}: state {self.state!r} does not handle {self.event!r}; "
            f"{_listed(self.handled)}{_near(self.event, self.handled)}"
        )


class EndlessLocalTransitions(Exception):
    """One step went on and on by local transitions, so that nothing was ever committed."""

    def __init__(self, machine: str, limit: int, states: Collection[str]) -> None:
        super().__init__(machine, limit, states)
        self.machine, self.limit, self.states = machine, limit, states

    def __str__(self) -> str:
        return (
            f"machine {self.machine!r}: more than {self.limit} local transitions in one step, between the states "
            f"{', '.join(map(repr, sorted(self.states)))}; make one of them not local, or end the loop"
        )


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that was probably meant."""
    from difflib import get_close_matches  # only when something is wrong already

    return next(iter(get_close_matches(word, known, 1)), None)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """The end of a message: names the known word that was probably meant; empty where none comes near."""
    near = nearest(word, known)
    return "" if near is None else f"; did you mean {near!r}?"


def _near(word: object, known: Collection[str]) -> str:
    return did_you_mean(word, known) if isinstance(word, str) else ""


def _listed(handled: Collection[str]) -> str:
    return f"it handles {', '.join(map(repr, sorted(handled)))}" if handled else "it handles no event"
