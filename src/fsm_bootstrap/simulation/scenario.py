"""One thing to simulate: back ends, machines, people, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias

from fsm_bootstrap.simulation.faults import STORM, Faults
from fsm_bootstrap.simulation.machines import Actions, machines
from fsm_bootstrap.simulation.set_ups import SetUp
from fsm_domain import RetryPolicy
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.registry import Machines
from fsm_ports.instance import Status

COMPLETES = frozenset({Status.COMPLETED})
FAILS = frozenset({Status.FAILED})


class Start(NamedTuple):
    """A machine instance to start, and what becomes of it in the end."""

    machine: str
    context: Mapping[str, Any]  # Any: plain JSON
    ends: frozenset[Status] = COMPLETES
    events: int = 0
    """Outside events that a sender has for it."""
    text: str | None = None
    """In the place of the context: JSON of what the machine's own type says."""


def loops(count: int, left: int = 5, **more: object) -> tuple[Start, ...]:
    """`count` instances of `loop`, each with `left` pieces of work to do."""
    return tuple(Start("loop", {"left": left, **more}) for _ in range(count))


GENEROUS = RetryPolicy(max_retries=40, base=1.0, cap=10.0)
"""More than any storm here can spend: a machine that fails under it failed without reason."""
STRICT = RetryPolicy(max_retries=2, base=1.0, cap=10.0)
UNSURE = replace(STORM, unknown=0.15)


Cast: TypeAlias = Callable[[Actions, RetryPolicy], Machines]
"""All machines of a scenario, of such actions and with such patience."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Times in seconds."""

    name: str
    about: str
    """In a few words, for a person who chooses."""
    set_up: SetUp
    starts: Sequence[Start] = field(default_factory=lambda: loops(3))
    cast: Cast = machines
    """Makes the machines; of those that no start names none is there."""
    later: Cast | None = None
    """The same machines as later code defines them: every other worker, caller and sender has these."""
    retires: bool = True
    """Where there is later code, workers who do not have it end with the storm."""
    knowable: bool = True
    """The actions do the same on the same input, so that each context can be computed again."""
    attended: bool = False
    """Somebody sends whatever event a waiting machine handles; else only what the starts say."""
    data: str | None = None
    """JSON that comes with each such event; None: a number."""
    workers: int = 2
    batch: int = 4
    idle: float = 8.0
    """Longest pause between two polls of a worker who finds nothing."""
    calm: float = 6 * 3600.0
    """How long the simulation may go on after its storm."""
    claim: float = 30.0
    """How long a source hides what it handed out."""
    invocation: float | None = None
    """How long a function may take over a batch, from when it is called; None: a worker, who has until the claim
    ends."""
    action: float = 2.0
    """Longest action."""
    faults: Faults = STORM
    storm: int = 2500
    """Turns until nothing goes wrong any more, at most."""
    fragile: Sequence[str] = ()
    """Back ends that go down for a while."""
    without: Sequence[str] = ()
    """Back ends that are down until the storm is over; the others carry everything to its end before."""
    calls: int = 0
    """Calls that a transition takes at most; 0: nobody counts."""
    limits: Limits = field(default_factory=Limits)
    retry: RetryPolicy = GENEROUS
    raising: float = 0.15
    """Share of the attempts in which an action raises."""
    operators: bool = False
    """Somebody pauses, resumes and redrives the instances, and aborts some."""
    strangers: int = 0
    """Messages that somebody outside sends and that nobody can handle."""
    recovery: float = 0.0
    """Age at which two overlapping timers recover what has not moved; 0: there is no recovery."""
    faithful: bool = True
    """Callers repeat what they saw no answer to; else those that die leave it at that."""
    named: bool = True
    """Callers choose the ids."""
    holds: bool = True
    """Something can hold a message back, so that machines can keep time."""
    exclusive: bool = False
    """A lock that never fails, or the source's own claims, keep runs of one step apart."""
    puts_off: bool = False
    """There is a lock, and a source or a road that can hold what meets Busy until the lease ends."""
