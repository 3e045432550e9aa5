"""What makes no sense together is refused before the first message."""

from __future__ import annotations

import pytest

from fsm_adapters.memory.emitting_table import MemoryTable
from fsm_adapters.memory.stream import MemoryStream
from fsm_domain import Step
from fsm_domain.failover.post import Post
from fsm_domain.machine.errors import MachineError
from fsm_domain.runtime.errors import UnknownMachine
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.registry import known, registry
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.instance import Instance
from fsm_ports.messages import ACK
from tests.unit.fsm_domain.failover.roads import RecordedRoad
from tests.unit.fsm_domain.runtime.test_operator import approval
from tests.unit.fsm_domain.runtime.world import Context, World, line, says


def fails(context: Context, step: Step) -> str:
    raise ValueError("as told")


def test_chaining_over_a_store_that_emits_and_cannot_hold_is_refused() -> None:
    world = World(line(says("next")))
    with pytest.raises(ValueError, match="MAX_CHAINED_TRANSITIONS=2"):
        world.with_runtime(store=MemoryTable(MemoryStream(world.clock)), limits=Limits(chain=2))


def test_a_machine_that_keeps_time_needs_a_road_that_can_hold() -> None:
    world, road = World(line(says("next"))), RecordedRoad(max_delay=0.0)
    with pytest.raises(ValueError, match="approval has deadlines or delays"):
        world.with_runtime(machines=registry([approval()]), post=Post(world.clock, [road], [road]))


def test_retries_go_at_once_where_nothing_can_hold_them() -> None:
    world, road = World(line(fails)), RecordedRoad(max_delay=0.0)
    world.client.start("line", {}, correlation_id="a")
    (delivery,) = world.receive()
    world.with_runtime(post=Post(world.clock, [road], [road]))
    assert list(world.dispatcher.handle([delivery], world.clock.now() + 30.0)) == [ACK]
    (retry,) = road.carried
    assert isinstance(retry.message, Instance)
    assert (retry.message.retries, retry.message.not_before, retry.not_before) == (1, 0.0, 0.0)


def test_two_machines_of_one_name_are_refused() -> None:
    with pytest.raises(MachineError, match="machine 'line': two machines are called 'line'"):
        registry([line(says("next")), line(says("next"))])


def test_a_chain_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one transition"):
        Limits(chain=0)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["line", "other"], "no machine is called 'lime'; did you mean 'line'?"),
        (["b", "a"], "no machine is called 'lime'; known: a, b"),
        ([], "no machine is called 'lime'; known: none"),
    ],
)
def test_an_unknown_machine_is_told_with_what_is_known(names: list[str], said: str) -> None:
    machines = registry([line(says("next"), name=name) for name in names])
    with pytest.raises(UnknownMachine) as raised:
        known(machines, "lime")
    assert str(raised.value) == said


def test_what_is_not_said_of_a_runtime() -> None:
    said = World(line(says("next"))).runtime
    runtime = Runtime(
        machines=said.machines, store=said.store, post=said.post, codec=said.codec, clock=said.clock,
        random=said.random, wait=said.wait, limit=said.limit, metrics=said.metrics,
    )  # fmt: skip
    assert (runtime.limits, list(runtime.homes)) == (Limits(), [""])
    assert (runtime.lock, runtime.history, runtime.containers, runtime.surround) == (None, None, None, None)
