"""Who is at work besides the workers: callers, operators, senders of events, timers, the weather."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fsm_bootstrap.simulation.faults import CALM
from fsm_bootstrap.simulation.kernel import START, Kernel
from fsm_bootstrap.simulation.own_machines import distances, handled, nearest
from fsm_bootstrap.simulation.scenario import Start
from fsm_domain.failover.post import Parcel
from fsm_domain.runtime.client import Client
from fsm_domain.runtime.errors import Conflict, NotFound
from fsm_domain.runtime.operator import Operator
from fsm_domain.runtime.recoverer import Recoverer
from fsm_domain.runtime.registry import Machines
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.errors import PortError
from fsm_ports.instance import ENDED, Instance, Status
from fsm_ports.messages import Outgoing, Unreadable

T = TypeVar("T")

PATIENCE = 15
"""Steps after which whoever attends a machine sends it the shortest way to its end."""
Open = Callable[[], Runtime]
"""How a process begins to live: with connections of its own."""


def caller(
    kernel: Kernel, open: Open, start: Start, correlation_id: str | None, tell: Callable[[str], None], tries: int
) -> None:
    """Starts one machine, and repeats that until it is answered, or `tries` times."""
    runtime = open()
    client, context = Client(runtime), first_context(runtime, start)
    kernel.sleep(kernel.random.uniform(0.0, 5.0))
    for _ in range(tries):
        try:
            tell(client.start(start.machine, context, correlation_id=correlation_id).correlation_id)
        except PortError as error:
            correlation_id = _noted(error)
            kernel.sleep(kernel.random.uniform(0.0, 5.0))
        else:
            return


def first_context(runtime: Runtime, start: Start) -> object:
    """What the machine is started with."""
    if start.text is None:
        return start.context
    decoded: object = runtime.codec.decode(runtime.machines[start.machine].context, start.text)
    return decoded


def stranger(kernel: Kernel, open: Open, number: int) -> None:
    """Puts a message on the bus that nobody can handle: unreadable, of a machine that nobody knows, or of an instance
    that was never started."""
    runtime = open()
    known = next(iter(runtime.machines))
    nobody = Instance("nobody", f"x{number}", "", 2, Status.RUNNING, False, "lost", "found", "{}", run_id="stranger")
    strange = (Unreadable(f"x{number}", "no JSON"), nobody, nobody._replace(machine=known))[number % 3]
    kernel.sleep(kernel.random.uniform(0.0, 20.0))
    while runtime.post.send([Parcel(Outgoing(strange))])[0] is not None:
        kernel.sleep(kernel.random.uniform(0.0, 5.0))


def sender(kernel: Kernel, open: Open, start: Start, correlation_id: str) -> None:
    """Sends every event, some before anybody waits for it; none is sent under two ids.

    One that loses its wait is sent again, as a person would who is told so; nobody writes to a machine that has ended.
    """
    runtime = open()
    operator, client = Operator(runtime), Client(runtime)
    go = runtime.machines[start.machine].renamed.get("go", "go")
    for number in range(start.events):
        kernel.sleep(kernel.random.uniform(0.0, 20.0))
        while _insist(kernel, lambda n=number: operator.send(correlation_id, go, str(n), f"e{n}")) is None:  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            record = _insist(kernel, lambda: client.get(correlation_id))
            if record is None or record.status in ENDED:
                return
            kernel.sleep(kernel.random.uniform(0.0, 5.0))


class Attendant:
    """Looks at every instance for ever, and sends to those that wait an event that they handle.

    What it set out to send it sends until it is answered, also after a crash.
    """

    def __init__(
        self, kernel: Kernel, open: Open, started: Mapping[str, Start], machines: Machines, idle: float,
        data: str | None,
    ) -> None:  # fmt: skip
        self._kernel, self._open, self._started, self._machines = kernel, open, started, machines
        self._idle, self._data = idle, data
        self._letters: dict[str, tuple[str, int]] = {}
        """By correlation id: event, and the step that it is for."""

    def live(self) -> None:
        runtime = self._open()
        hands, client = Operator(runtime), Client(runtime)
        nap = 1.0
        while True:
            self._kernel.sleep(self._kernel.random.uniform(0.0, nap))
            nap = min(2 * nap, self._idle)
            for correlation_id in list(self._started):
                if correlation_id not in self._letters:
                    try:
                        self._write(client.get(correlation_id))
                    except (NotFound, PortError):
                        continue
                if correlation_id in self._letters:
                    self._send(hands, correlation_id)
                    nap = 1.0

    def _write(self, record: Instance) -> None:
        if record.status is not Status.WAITING or record.paused:
            return
        machine = self._machines[record.machine]
        node = machine.nodes[record.state]
        ways = handled(node)
        if not ways:
            return
        if record.step < PATIENCE:
            way = ways[self._kernel.random.randrange(len(ways))]
        else:
            way = nearest(node.transitions, distances(machine))
        if way in ways:
            self._letters[record.correlation_id] = way.event, record.step

    def _send(self, hands: Operator, correlation_id: str) -> None:
        event, step = self._letters[correlation_id]
        data = str(step) if self._data is None else self._data
        _insist(self._kernel, lambda: hands.send(correlation_id, event, data, f"e{step}"))
        del self._letters[correlation_id]


def operator(kernel: Kernel, open: Open, correlation_id: str, *, aborts: bool, redrives: float) -> None:
    """Pauses and resumes, redrives what failed, so often at most; in the end perhaps aborts."""
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
            if redrives <= 0:
                return
            redrives -= 1
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
    """Takes back ends down for a while, and makes locks forget, until the storm is over."""
    while kernel.faults is not CALM:
        kernel.sleep(kernel.random.uniform(1.0, 20.0))
        if kernel.chance(kernel.faults.flush):
            kernel.faulted["flush"] += 1
            for forget in kernel.forgetful:
                forget()
        if fragile and kernel.chance(kernel.faults.outage):
            port = fragile[kernel.random.randrange(len(fragile))]
            kernel.faulted["outage"] += 1
            kernel.down[port] = kernel.now + kernel.random.uniform(0.0, kernel.faults.longest_outage)


def outages(kernel: Kernel) -> None:
    """Takes down what the faults say, when they say so."""
    for outage in sorted(kernel.faults.outages, key=lambda outage: outage.begins):
        kernel.sleep(START + outage.begins - kernel.now)
        for port in outage.ports:
            kernel.faulted["outage"] += 1
            kernel.down[port] = kernel.now + outage.lasts


def echo(kernel: Kernel, after: float) -> None:
    """Everything that the roads carried comes once more, after so many seconds."""
    kernel.sleep(after)
    for again in list(kernel.echoes):
        again()


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
