"""One machine, from start to rest, in one call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from fsm_bootstrap.testing.harness import Harness
from fsm_domain.machine.machine import Machine
from fsm_domain.runtime.registry import AnyMachine
from fsm_ports.instance import Instance

S = TypeVar("S", bound=str)
C = TypeVar("C")


@dataclass(frozen=True)
class Ran(Generic[C]):
    """How a machine ended, or where it waits."""

    status: str
    """completed, failed or waiting."""
    state: str
    context: C
    """As it was last saved, decoded."""
    states: list[str]
    """Every state entered, in order."""
    errors: list[str]
    """Of every run that failed, in order."""
    instance: Instance
    """The whole record."""


def run_in_memory(
    machine: Machine[S, C], context: C, *, others: tuple[AnyMachine, ...] = (), seed: int = 0, longest: float = 86_400.0
) -> Ran[C]:
    """Run one machine until it is at rest.  Waits, such as those before retries, pass on a virtual clock.

    The environment is not looked at, and the network is blocked; the same seed gives the same waits.

    Raises:
        ContextError: the context does not fit the machine.
        NotAtRest: a TimeoutError; it is not at rest after `longest` virtual seconds.
    """
    with Harness((machine, *others), seed=seed) as harness:
        name = harness.start(machine, context)
        harness.run_until_rest(name, timedelta(seconds=longest))
        last: C = harness.context(name)
        return Ran(
            harness.status(name), harness.state(name), last, harness.states(name), harness.errors(name),
            harness.instance(name),
        )  # fmt: skip
