"""Interleavings that once lost a machine, move by move; chance would meet them too rarely."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from fsm_adapters.memory import MemoryMetrics
from fsm_adapters.system.time_limit import ElapsedTimeLimit
from fsm_bootstrap.simulation.kernel import Kernel
from fsm_bootstrap.simulation.machines import Failure
from fsm_bootstrap.simulation.runs import Runs
from fsm_bootstrap.simulation.set_ups import Lab, Ports, SetUp, queue, stream
from fsm_bootstrap.simulation.simulation import never
from fsm_bootstrap.simulation.trace import Call, Event, RunBegan, RunEnded, Trace
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.failover.post import Post
from fsm_domain.runtime.client import Client
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.registry import registry
from fsm_domain.runtime.runtime import Runtime
from fsm_ports import Instance, PortError, Status

CLAIM = 30.0
Moment = Callable[[Event], bool]


class Stage:
    """Workers that go on when they are told to; one that is never told again is as good as dead."""

    def __init__(self, set_up: SetUp, limits: Limits | None = None) -> None:
        self.kernel, self.trace = Kernel(0), Trace()
        self.raising: set[str] = set()
        """Workers in whose hands the action fails."""
        self._runs = Runs(self.kernel, self.trace)
        self._limits = limits or Limits()
        self._connect = set_up(Lab(self.kernel, self.trace, Path()))
        state, final = State[str, dict[str, int]], FinalState[str, dict[str, int]]
        line = [state(f"s{n}").on("next", f"s{n + 1}").do(self._act) for n in range(4)]
        self._machine = Machine[str, dict[str, int]](
            "line", dict, initial="s0", states=[*line, final("s4")], retry=RetryPolicy(base=5.0)
        )
        self.kernel.spawn("caller", self._start)
        self.finish("caller")

    def worker(self, name: str) -> None:
        """A worker who handles one batch after the other."""
        self.kernel.spawn(name, self._work)

    def until(self, name: str, moment: Moment) -> None:
        """Have one worker go on until the last thing that it did is that."""
        for _ in range(1000):
            before = self.trace.next_number
            assert self.kernel.step(name), f"{name} has ended"
            if any(moment(event) for event in self.trace.events[before:]):
                return
        pytest.fail(f"{name} never comes to it")

    def finish(self, name: str) -> None:
        while self.kernel.step(name):
            pass

    def later(self, seconds: float) -> None:
        self.kernel.now += seconds

    def ends(self, name: str) -> Instance:
        """What the machine comes to, with one worker left."""
        self.worker(name)
        for _ in range(2000):
            self.kernel.step(name)
        self.kernel.close()
        return self.trace.latest["m"]

    def _start(self) -> None:
        Client(self._runtime(self._connect())).start("line", {}, correlation_id="m")

    def _work(self) -> None:
        ports = self._connect()
        dispatcher = Dispatcher(self._runtime(ports))
        while True:
            for source in ports.sources:
                until = self.kernel.now + CLAIM
                received = source.receive(1, until)
                if not isinstance(received, PortError) and received:
                    source.settle(received, dispatcher.handle(received, until))
            self.kernel.sleep(1.0)

    def _act(self, context: dict[str, int], step: Step) -> Literal["next"]:
        self._runs.begin(step)
        self.kernel.pause()
        context[str(step.number)] = step.retries
        if self.kernel.current.partition(".")[0] in self.raising:
            self._runs.raised()
            raise Failure
        return "next"

    def _runtime(self, ports: Ports) -> Runtime:
        kernel = self.kernel
        return Runtime(
            machines=registry([self._machine]),
            store=ports.store,
            post=Post(kernel.clock, ports.buses, ports.retries),
            codec=self._runs,
            clock=kernel.clock,
            random=kernel.ids,
            wait=never,
            limit=ElapsedTimeLimit(kernel.clock),
            metrics=MemoryMetrics(),
            lock=ports.lock,
            limits=self._limits,
        )


def runs(event: Event) -> bool:
    return isinstance(event, RunBegan)


def has_run(event: Event) -> bool:
    return isinstance(event, RunEnded)


def calls(operation: str) -> Moment:
    return lambda event: isinstance(event, Call) and event.operation == operation


def test_a_zombie_commits_and_dies_after_the_next_holder_has_sent_the_retry() -> None:
    stage = Stage(queue())
    stage.raising.add("b")
    stage.worker("a")
    stage.until("a", runs)
    stage.later(CLAIM)
    stage.worker("b")
    stage.until("b", calls("send"))
    stage.until("b", calls("settle"))
    stage.until("a", calls("commit"))
    assert stage.trace.latest["m"].step == 1
    stage.later(2 * CLAIM)
    assert stage.ends("c").status is Status.COMPLETED


@pytest.mark.parametrize("set_up", [queue(lock=True), stream(lock=True)], ids=["deferred", "sent on"])
def test_who_holds_the_lease_dies_between_commit_and_emission_after_a_copy_was_put_off(set_up: SetUp) -> None:
    stage = Stage(set_up)
    stage.worker("a")
    stage.until("a", runs)
    stage.later(CLAIM + 0.5)  # the claim is over, the lease lives a second longer
    stage.worker("b")
    stage.until("b", calls("acquire"))
    stage.until("b", calls("settle"))
    stage.until("a", calls("commit"))
    stage.later(2 * CLAIM)
    assert stage.ends("c").status is Status.COMPLETED


def test_who_chains_dies_after_another_holder_has_emitted_in_its_place() -> None:
    stage = Stage(queue(), Limits(chain=3))
    stage.worker("a")
    stage.until("a", calls("commit"))
    stage.until("a", runs)
    stage.later(CLAIM)
    stage.worker("b")
    stage.until("b", calls("send"))
    stage.until("b", calls("settle"))
    stage.until("a", calls("commit"))
    assert stage.trace.latest["m"].step == 2
    stage.later(2 * CLAIM)
    assert stage.ends("c").status is Status.COMPLETED


def test_a_zombies_run_on_the_same_step_changes_nothing_once_the_other_has_committed() -> None:
    stage = Stage(queue())
    stage.worker("a")
    stage.until("a", has_run)
    stage.later(CLAIM)
    stage.worker("b")
    stage.until("b", calls("settle"))
    committed = stage.trace.latest["m"]
    stage.until("a", calls("commit"))
    assert stage.trace.latest["m"] == committed
    assert stage.ends("c").context == '{"0":0,"1":0,"2":0,"3":0}'
