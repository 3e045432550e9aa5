"""Who is at work besides the workers: callers, operators, senders of events, timers, the weather."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fsm_domain.runtime.client import Client
from fsm_domain.runtime.errors import Conflict, NotFound
from fsm_domain.runtime.operator import Operator
from fsm_domain.runtime.recoverer import Recoverer
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.errors import PortError
from fsm_ports.instance import ENDED, Status
from tests.simulation.faults import CALM
from tests.simulation.kernel import Kernel
from tests.simulation.scenario import Start

T = TypeVar("T")
Open = Callable[[], Runtime]
"""How a process begins to live: with connections of its own."""


def caller(
    kernel: Kernel, open: Open, start: Start, correlation_id: str | None, tell: Callable[[str], None], tries: int
) -> None:
    """Starts one machine, and repeats that until it is answered, or `tries` times."""
    client = Client(open())
    kernel.sleep(kernel.random.uniform(0.0, 5.0))
    for _ in range(tries):
        try:
            tell(client.start(start.machine, start.context, correlation_id=correlation_id).correlation_id)
        except PortError as error:
            correlation_id = _noted(error)
            kernel.sleep(kernel.random.uniform(0.0, 5.0))
        else:
            return


def sender(kernel: Kernel, open: Open, start: Start, correlation_id: str) -> None:
    """Sends every event, some before anybody waits for it; none is sent under two ids.

    One that loses its wait is sent again, as a person would who is told so; nobody writes to a machine that has ended.
    """
    runtime = open()
    operator, client = Operator(runtime), Client(runtime)
    for number in range(start.events):
        kernel.sleep(kernel.random.uniform(0.0, 20.0))
        while _insist(kernel, lambda n=number: operator.send(correlation_id, "go", str(n), f"e{n}")) is None:  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            record = _insist(kernel, lambda: client.get(correlation_id))
            if record is None or record.status in ENDED:
                return
            kernel.sleep(kernel.random.uniform(0.0, 5.0))


def operator(kernel: Kernel, open: Open, correlation_id: str, *, aborts: bool) -> None:
    """Pauses and resumes, redrives what failed; in the end perhaps aborts."""
    hands, client = Operator(open()), Client(open())
    kernel.sleep(kernel.random.uniform(0.0, 15.0))
    _insist(kernel, lambda: hands.pause(correlation_id))
    kernel.sleep(kernel.random.uniform(0.0, 40.0))
    _insist(kernel, lambda: hands.resume(correlation_id))
    if aborts:
        _insist(kernel, lambda: hands.abort(correlation_id))
    while True:
        record = _insist(kernel, lambda: client.get(correlation_id))
        if record is not None and record.status is Status.FAILED:
            _insist(kernel, lambda: hands.redrive(correlation_id))
        elif record is not None and record.status in ENDED:
            return
        kernel.sleep(5.0)


def timer(kernel: Kernel, open: Open, age: float) -> None:
    """Recovers for ever."""
    recoverer = Recoverer(open())
    while True:
        kernel.sleep(kernel.random.uniform(0.0, age / 2))
        try:
            recoverer.recover(age)
        except PortError:
            kernel.sleep(1.0)


def weather(kernel: Kernel, fragile: tuple[str, ...]) -> None:
    """Takes back ends down for a while, until the storm is over."""
    while kernel.faults is not CALM:
        kernel.sleep(kernel.random.uniform(1.0, 20.0))
        if kernel.chance(kernel.faults.outage):
            port = fragile[kernel.random.randrange(len(fragile))]
            kernel.down[port] = kernel.now + kernel.random.uniform(0.0, kernel.faults.longest_outage)


def _insist(kernel: Kernel, act: Callable[[], T]) -> T | None:
    """Repeat until there is an answer; None: a conflict, so somebody else was faster, or it is done already."""
    while True:
        try:
            return act()
        except Conflict:
            return None
        except (PortError, NotFound):
            kernel.sleep(kernel.random.uniform(0.0, 5.0))


def _noted(error: PortError) -> str:
    """The id under which a start can be repeated."""
    notes: list[Any] = getattr(error, "__notes__", [])  # Any: typeshed says nothing of notes
    return str(notes[-1]).rpartition(" ")[2]
