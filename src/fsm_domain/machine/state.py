"""States, written so that an ordinary type checker finds what makes no sense.

`State.on` adds an event to the state's *type*; `State.do` demands an action that returns nothing but those events.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, Literal, LiteralString, Never, Self, Union, cast

from typing_extensions import TypeVar

from fsm_domain.machine.action import Action
from fsm_domain.machine.retry_policy import RetryPolicy
from fsm_domain.machine.transition import Transition

PSEUDO_INIT = "pseudo_init"
"""State and event before the initial state; no state of a user has this name."""

DEADLINE = "@deadline"
"""The event that a state's deadline raises; no event of a user may begin with ``@``."""

S = TypeVar("S", bound=str)
"""The machine's state names: a Literal alias or a StrEnum."""
C = TypeVar("C")
"""The user's context: dataclass, TypedDict, pydantic model or dict."""
# A bound that mentions a Literal makes mypy infer Literal['done'], not str, for on("done", ...); LiteralString does the
# same for pyright.  With either alone one of them accepts everything in silence; tests/typing pins both.
K = TypeVar("K", bound=Union[LiteralString, Literal[""]])  # noqa: UP007 - evaluated at run time
E = TypeVar("E", default=Never)
"""The events that a state handles."""
T = TypeVar("T")


@dataclass(frozen=True)
class Node(Generic[S, C]):
    """A place that a machine can be in: what the engine sees of a `State` or a `FinalState`."""

    name: S
    """One of the machine's names, once."""
    entry: Action[C, None] | None = field(default=None, kw_only=True)
    """Runs on arrival, before the state's own action."""
    action: Action[C, object] | None = field(default=None, init=False)
    exit: Action[C, None] | None = field(default=None, init=False)
    """Runs on departure, before the transition's action."""
    on_exhausted: str | None = field(default=None, init=False)
    """The event to go on with when the last retry has failed; None: the machine fails."""
    waits: bool = field(default=False, init=False)
    """The state may rest until an event comes from outside."""
    final: bool = field(default=False, init=False)
    transitions: tuple[Transition[S, C], ...] = field(default=(), init=False)
    retry: RetryPolicy | None = field(default=None, init=False)
    """None: as the machine says."""
    deadline: float | None = field(default=None, init=False)
    """Seconds after which a waiting state goes on by itself."""
    timeout: float | None = field(default=None, init=False)
    """Seconds that the state's own action may take; longer is a failure."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", plain(self.name))

    def _with(self, **changes: object) -> Self:
        node = copy(self)
        for name, value in changes.items():
            object.__setattr__(node, name, value)
        return node


@dataclass(frozen=True)
class FinalState(Node[S, C]):
    """A state in which the machine ends.  It has no `on`: nothing leads out of it.

    >>> def thank(order: dict, step: Step) -> None: ...
    >>> FinalState[str, dict]("shipped").do(thank).final
    True
    """

    final: bool = field(default=True, init=False)

    def do(self, action: Action[C, object]) -> FinalState[S, C]:
        """Run `action` on arrival; what it returns is ignored."""
        return self._with(action=action)


@dataclass(frozen=True)
class State(Node[S, C], Generic[S, C, E]):
    """A state that can be left.

    With `do` its action says which event comes next; without, it waits for an event from outside.

    >>> def charge(order: dict, step: Step) -> Literal["paid", "declined"]: ...
    >>> State[str, dict]("charge").on("paid", "ship").on("declined", "release").do(charge).name
    'charge'
    """

    exit: Action[C, None] | None = field(default=None, kw_only=True)
    """Runs on departure, before the transition's action."""
    retry: RetryPolicy | None = field(default=None, kw_only=True)
    """For this state alone; None: as the machine says."""
    waits: bool = field(default=True, init=False)

    def on(
        self,
        event: K,
        target: S,
        *,
        action: Action[C, None] | None = None,
        local: bool = False,
        delay: timedelta = timedelta(0),
    ) -> State[S, C, E | K]:
        """Handle `event`, a literal text, by running `action` and entering `target`.

        A `local` transition enters it in the same step, with no commit and no message in between.  One with a `delay`
        is committed at once and followed when the time has come.

        Raises:
            ValueError: a delay below zero.
        """
        if delay < timedelta(0):
            raise ValueError(f"state {self.name!r}: on {event!r}: a delay is not below zero, but {delay}")
        edge = Transition[S, C](plain(event), plain(target), action, local, delay.total_seconds())
        return cast("State[S, C, E | K]", self._with(transitions=(*self.transitions, edge)))

    def do(
        self, action: Action[C, E], *, on_exhausted: E | None = None, timeout: timedelta | None = None
    ) -> State[S, C, E]:
        """Run `action` on arrival; it returns one of the events handled by the `on`s before.

        `on_exhausted` is the event to go on with when the last retry has failed; without it the machine fails.  An
        action that takes longer than `timeout` is interrupted where it can be, and counts as failed in any case.

        Raises:
            ValueError: a timeout that is not above zero.
        """
        return self._does(action, on_exhausted, timeout, waits=False)

    def do_or_wait(
        self, action: Action[C, E | None], *, on_exhausted: E | None = None, timeout: timedelta | None = None
    ) -> State[S, C, E]:
        """Like `do`, but an action that returns None leaves the machine waiting for an event from outside."""
        return self._does(action, on_exhausted, timeout, waits=True)

    def _does(
        self, action: Action[C, E | None], on_exhausted: E | None, timeout: timedelta | None, *, waits: bool
    ) -> State[S, C, E]:
        if timeout is not None and timeout <= timedelta(0):
            raise ValueError(f"state {self.name!r}: a timeout is above zero, not {timeout}")
        seconds = None if timeout is None else timeout.total_seconds()
        return self._with(action=action, on_exhausted=plain(on_exhausted), timeout=seconds, waits=waits)

    def after(self, delay: timedelta, target: S) -> State[S, C, E]:
        """Enter `target` when nothing has come for `delay`.

        Raises:
            ValueError: a delay that is not above zero.
        """
        if delay <= timedelta(0):
            raise ValueError(f"state {self.name!r}: a deadline lies in the future, not {delay}")
        edge = Transition[S, C](DEADLINE, plain(target))
        return self._with(transitions=(*self.transitions, edge), deadline=delay.total_seconds())


def plain(name: T) -> T:
    """A name as the tables have it: a member of an enum of texts becomes its text; anything else stays what it is."""
    return cast("T", str.__str__(name)) if isinstance(name, str) else name
