"""Runs one scenario under one seed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path

from fsm_adapters.memory import MemoryMetrics
from fsm_adapters.system.awaiting import AwaitRunner
from fsm_adapters.system.time_limit import ElapsedTimeLimit
from fsm_bootstrap.simulation.faults import CALM, Faults, Place
from fsm_bootstrap.simulation.kernel import START, Kernel
from fsm_bootstrap.simulation.machines import Actions
from fsm_bootstrap.simulation.people import Attendant, caller, echo, operator, outages, sender, stranger, timer, weather
from fsm_bootstrap.simulation.runs import Runs
from fsm_bootstrap.simulation.scenario import Scenario, Start
from fsm_bootstrap.simulation.set_ups import Connect, Lab, Ports
from fsm_bootstrap.simulation.trace import Calm, Crashed, Trace
from fsm_domain import RetryPolicy
from fsm_domain.failover.post import Post
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.registry import Machines
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.errors import PortError
from fsm_ports.instance import Instance, Status
from fsm_ports.names import DEFINITIONS

QUIET = 200.0
"""Seconds without a delivery after which nothing more will come: more than any claim, lease or stall."""
DEPLOY = 30.0
"""Seconds after which later code comes in any case."""
CALM_TURNS = 60_000
"""How many turns a simulation may take after its storm."""
FAITHFUL_TRIES = 10_000


@dataclass(frozen=True)
class Simulated:
    """What there is to check."""

    scenario: Scenario
    seed: int
    trace: Trace
    started: dict[str, Start]
    """By correlation id."""
    machines: Machines
    faulted: Mapping[str, int]
    """What went wrong, and how often."""
    met: Mapping[Place, int]
    """How often a worker came to where a failure could have met it."""
    emits: bool
    """The store delivers what is committed."""
    ended: bool
    """Everything came to rest, and nothing was delivered any more."""
    later: Machines
    """What some of the processes have in the machines' place."""


def simulate(scenario: Scenario, seed: int) -> Simulated:
    """The same scenario and seed give the same trace, in every process."""
    with tempfile.TemporaryDirectory(prefix="fsm-sim-") as folder:
        return _Simulation(scenario, seed, Path(folder)).run()


class _Simulation:
    def __init__(self, scenario: Scenario, seed: int, folder: Path) -> None:
        self._scenario, self._seed = scenario, seed
        self._kernel, self._trace = Kernel(seed), Trace()
        self._runs = Runs(self._kernel, self._trace)
        actions = Actions(self._kernel, self._runs, seed, scenario.raising, scenario.action)
        started = {start.machine for start in scenario.starts}
        cast, later = scenario.cast(actions, scenario.retry), (scenario.later or nobody)(actions, scenario.retry)
        self._machines = {name: machine for name, machine in cast.items() if name in started}
        self._later = {name: machine for name, machine in later.items() if name in started}
        self._waiting = AwaitRunner()
        self._connect: Connect = scenario.set_up(Lab(self._kernel, self._trace, folder))
        self._started: dict[str, Start] = {}
        self._unfinished, self._emits, self._idle = 0, False, scenario.idle
        self._kernel.on_crash = self._crashed

    def run(self) -> Simulated:
        kernel, scenario = self._kernel, self._scenario
        self._populate()
        kernel.faults = scenario.faults
        kernel.down.update(dict.fromkeys(scenario.without, inf))
        kernel.run(self._at_rest, kernel.random.randint(scenario.storm // 10, scenario.storm), scenario.calm)
        kernel.faults = CALM
        kernel.down.clear()
        self._trace.add(Calm(self._trace.next_number, kernel.now))
        ended = kernel.run(self._at_rest, CALM_TURNS, scenario.calm) and self._drain()
        kernel.close()
        self._waiting.close()
        return Simulated(
            scenario,
            self._seed,
            self._trace,
            self._started,
            self._machines,
            kernel.faulted,
            kernel.met,
            self._emits,
            ended,
            self._later,
        )

    def _populate(self) -> None:
        kernel, scenario = self._kernel, self._scenario
        redrives = inf if scenario.knowable else 3  # an action of a user's own may never come right
        for n in range(scenario.workers):
            kernel.spawn(f"worker{n}", self._worker)
        for n, start in enumerate(scenario.starts):
            # A caller who crashes knows no more which id was made for it.
            self._task(f"caller{n}", self._caller(start, f"m{n}" if scenario.named else None), mortal=scenario.named)
            if start.events:
                self._task(f"sender{n}", lambda s=start, i=f"m{n}": sender(kernel, self._open, s, i))  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
            if scenario.operators:
                aborts = Status.ABORTED in start.ends
                self._task(
                    f"operator{n}",
                    lambda i=f"m{n}", a=aborts: operator(kernel, self._open, i, aborts=a, redrives=redrives),  # type: ignore[misc]  # as above
                )
        for n in range(scenario.strangers):
            self._task(f"stranger{n}", partial(stranger, kernel, self._open, n))
        for n in range(2 if scenario.recovery else 0):
            kernel.spawn(f"timer{n}", lambda: timer(kernel, self._open, scenario.recovery))
        if scenario.attended:
            attendant = Attendant(kernel, self._open, self._started, self._machines, scenario.idle, scenario.data)
            kernel.spawn("attendant", attendant.live)
        self._brew(scenario.faults)

    def _brew(self, faults: Faults) -> None:
        """Who makes trouble."""
        kernel, scenario = self._kernel, self._scenario
        if scenario.fragile or faults.flush:
            kernel.spawn("weather", lambda: weather(kernel, tuple(scenario.fragile)), mortal=False)
        if faults.outages:
            kernel.spawn("outages", lambda: outages(kernel), mortal=False)
        if faults.echo:
            self._task("echo", lambda: echo(kernel, faults.echo), mortal=False)

    def _task(self, name: str, life: Callable[[], None], *, mortal: bool = True) -> None:
        """A process that comes to an end; the simulation waits for it."""
        self._unfinished += 1

        def finished() -> None:
            life()
            self._unfinished -= 1

        self._kernel.spawn(name, finished, mortal=mortal)

    def _caller(self, start: Start, correlation_id: str | None) -> Callable[[], None]:
        def tell(told: str) -> None:
            self._started[told] = start

        if correlation_id is not None:
            self._started[correlation_id] = start
        tries = FAITHFUL_TRIES if self._scenario.faithful else 1
        return lambda: caller(self._kernel, self._open, start, correlation_id, tell, tries)

    def _open(self) -> Runtime:
        self._wait_for_the_deploy()
        return self._runtime(self._connect())

    def _wait_for_the_deploy(self) -> None:
        """Later code comes when the first version has been at work for some time."""
        begins = START + DEPLOY
        while self._later and has_later_code(self._kernel.current) and not self._is_at_work():
            if self._kernel.now > begins:
                break
            self._kernel.sleep(1.0)

    def _is_retired(self) -> bool:
        """The deploy is over, and the worker who asks was not part of it."""
        if not (self._later and self._scenario.retires) or has_later_code(self._kernel.current):
            return False
        return self._trace.is_calm

    def _is_at_work(self) -> bool:
        return any(record.machine == DEFINITIONS for record in self._trace.latest.values())

    def _machines_here(self) -> Machines:
        """Those of the process that is running."""
        if not self._later:
            return self._machines
        here = self._later if has_later_code(self._kernel.current) else self._machines
        self._trace.definitions[self._kernel.current] = frozenset(machine.fingerprint for machine in here.values())
        return here

    def _runtime(self, ports: Ports) -> Runtime:
        kernel, self._emits = self._kernel, ports.store.emits
        return Runtime(
            machines=self._machines_here(),
            store=ports.store,
            post=Post(kernel.own_clock, ports.buses, ports.retries, ports.dead_letters),
            codec=self._runs,
            clock=kernel.own_clock,
            random=kernel.ids,
            wait=never if self._scenario.knowable else self._waiting,
            limit=ElapsedTimeLimit(kernel.own_clock),
            metrics=MemoryMetrics(),
            lock=ports.lock,
            history=ports.history,
            limits=self._scenario.limits,
            homes=ports.homes,
        )

    def _worker(self) -> None:
        kernel, scenario = self._kernel, self._scenario
        self._wait_for_the_deploy()
        ports = self._connect()
        dispatcher, idle = Dispatcher(self._runtime(ports)), 0.1
        while not self._is_retired():
            handled = 0
            for source in ports.sources:
                now = kernel.own_clock.now()
                limit, until = kernel.random.randint(1, scenario.batch), now + scenario.claim
                received = source.receive(limit, until)
                if isinstance(received, PortError) or not received:
                    continue
                called = kernel.own_clock.now()
                deadline = until if scenario.invocation is None else called + scenario.invocation
                outcomes = dispatcher.handle(received, deadline)
                source.settle(received, outcomes)
                handled += len(received)
            idle = 0.1 if handled else min(2 * idle, self._idle)
            kernel.sleep(kernel.random.uniform(0.0, idle))

    def _at_rest(self) -> bool:
        latest, faithful = self._trace.latest, self._scenario.faithful
        begun = self._started if faithful else [one for one in self._started if one in latest]
        return self._unfinished == 0 and all(_rests(latest.get(correlation_id)) for correlation_id in begun)

    def _drain(self) -> bool:
        """Copies of messages are still on their way."""
        self._idle *= 5  # nothing but the end of some claim is to be expected
        last, quiet = self._kernel.turns + CALM_TURNS, QUIET + self._idle
        while self._kernel.turns < last:
            if not self._kernel.run(self._delivered_since(self._trace.deliveries), CALM_TURNS, quiet):
                return True
        return False

    def _delivered_since(self, before: int) -> Callable[[], bool]:
        return lambda: self._trace.deliveries > before

    def _crashed(self, incarnation: str) -> None:
        self._trace.add(Crashed(self._trace.next_number, self._kernel.now, incarnation))


def _rests(record: Instance | None) -> bool:
    return record is not None and record.status not in (Status.RUNNING, Status.WAITING)


def nobody(actions: Actions, retry: RetryPolicy) -> Machines:
    """There is no later version of the code."""
    return {}


def has_later_code(incarnation: str) -> bool:
    """Every other process of a kind, where two versions of the code are at work."""
    number = incarnation.partition(".")[0].lstrip("abcdefghijklmnopqrstuvwxyz")
    return number.isdecimal() and int(number) % 2 == 1


def never(awaitable: object, timeout: float | None) -> object:
    raise RuntimeError(f"no action of these machines is async, yet there is {awaitable!r}")
