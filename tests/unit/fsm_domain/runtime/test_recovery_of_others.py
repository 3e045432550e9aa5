"""Recovery leaves to other code what only that can handle, for as long as there may be any."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_domain.failover.checkpoint_store import HomedCheckpointStore
from fsm_domain.runtime.limits import Limits
from fsm_ports.history_log import Happened
from fsm_ports.instance import InboxEvent, Status
from fsm_ports.messages import ACK
from fsm_ports.results import CommitResult
from fsm_ports.writes import Abort, AppendEvent, Commit, Mark
from tests.unit.fsm_domain.runtime.test_two_definitions import (
    RENAMED,
    Json,
    deployed,
    earlier,
    later,
    migrating,
    waiting,
)
from tests.unit.fsm_domain.runtime.world import World


def left_in_bill() -> World:
    """Newer code has migrated an order, and wrote where it went on; then the deploy was taken back."""
    world = deployed(waiting(), migrating())
    world.operator.send("a", "accept")
    world.work()
    return deployed(world, earlier())


def recovering(world: World, seconds: float, age: float) -> int:
    """A worker, and a timer that recovers; returns how many times it took something in hand."""
    end, taken = world.clock.now() + seconds, 0
    while world.clock.now() < end:
        world.run(age / 2)
        taken += world.recoverer.recover(age)
    return taken


@pytest.mark.parametrize("age", [60.0, 900.0])
def test_recovery_makes_nothing_young_that_is_put_off_and_sends_no_copies_of_it(age: float) -> None:
    world = left_in_bill()
    assert recovering(world, 20 * 3600, age) == 0
    assert (world.read("a").status, len(world.queue.under_way())) == (Status.RUNNING, 1)
    recovering(world, 5 * 3600, age)
    assert (world.read("a").status, world.queue.under_way()) == (Status.FAILED, [])
    assert len(world.dead.under_way()) == 1


def test_workers_that_live_shorter_than_a_day_quarantine_after_a_day_what_nobody_comes_to_handle() -> None:
    world = left_in_bill()
    for _ in range(30):
        deployed(world, earlier()).run(3600)
    assert world.read("a").status is Status.FAILED


def lost(world: World) -> World:
    """Its message is gone."""
    world.queue.settle((gone := world.receive()), [ACK] * len(gone))
    assert gone
    return world


def test_code_that_knows_it_recovers_what_other_code_leaves_alone() -> None:
    world = lost(left_in_bill())
    assert recovering(world, 3600, 900) == 0
    assert recovering(deployed(world, migrating()), 900, 900) == 1
    assert world.read("a").status is Status.COMPLETED


def test_what_only_code_that_is_gone_could_handle_and_whose_message_is_lost_fails_in_the_end() -> None:
    world, age = lost(left_in_bill()), 900.0
    world.clock.advance(Limits().coexistence + Limits().longest_look + age - 10.0)
    assert (world.recoverer.recover(age), world.read("a").status) == (0, Status.RUNNING)
    world.clock.advance(10.0)
    assert (world.recoverer.recover(age), world.recoverer.recover(age)) == (1, 0)
    assert (world.read("a").status, world.read("a").error) == (Status.FAILED, "machine 'orders' has no state 'bill'")
    assert (world.metrics.counted("quarantined"), world.metrics.counted("recovered")) == (1, 0)
    assert world.told("a")[-1].happened is Happened.FAILED


def test_recovery_leaves_a_context_that_it_cannot_read_to_others() -> None:
    world = waiting()
    world.operator.send("a", "yes")
    assert recovering(deployed(lost(world), later(renamed=RENAMED)), 3600, 900) == 0
    assert recovering(deployed(world, earlier()), 900, 900) == 1
    assert world.read("a").status is Status.COMPLETED


def test_what_a_migration_raises_is_for_whoever_runs_the_step_to_say() -> None:
    def broken(context: Json) -> Json:
        raise KeyError("price")

    world = waiting()
    world.operator.send("a", "yes")
    world = deployed(lost(world), later(renamed=RENAMED, migrate=broken))
    assert recovering(world, 1800, 900) == 1
    assert (world.read("a").status, world.read("a").error) == (Status.FAILED, "KeyError: 'price'")


def test_recovery_leaves_a_deadline_that_it_does_not_know_to_others() -> None:
    world = deployed(waiting(timed=True), later())
    world.clock.advance(2 * 86_400)
    assert (world.recoverer.recover(3600.0), world.read("a").status) == (0, Status.WAITING)
    assert deployed(world, earlier(timed=True)).recoverer.recover(3600.0) == 1
    assert world.read("a").status is Status.RUNNING


def test_recovery_leaves_an_early_event_of_newer_code_to_it_but_for_a_deadline_that_is_due() -> None:
    for timed in (False, True):
        world = waiting(timed=timed)
        world.store.mark([AppendEvent("a", 1, InboxEvent("e1", "accept"), world.clock.now())])
        world.clock.advance(2 * 86_400)
        assert world.recoverer.recover(3600.0) == int(timed)


def test_what_is_given_up_is_counted_and_its_home_asked_and_who_comes_second_counts_nothing() -> None:
    homed, age = lost(left_in_bill()), 900.0
    record = homed.read("a")._replace(correlation_id="a@2", home="2", step=0, updated_at=homed.clock.now())
    store = HomedCheckpointStore(MemoryCheckpointStore(), MemoryCheckpointStore())
    store.commit([Commit(record), Commit(record._replace(correlation_id="b@2"))])
    homed.with_runtime(store=store, homes=("", "2"))
    homed.clock.advance(Limits().coexistence + Limits().longest_look + age)
    assert (homed.recoverer.recover(age), homed.recoverer.recover(age)) == (2, 0)
    assert homed.read("a@2").status is Status.FAILED
    figures = [figure for figure in homed.metrics.figures if figure.name == "quarantined"]
    assert [(figure.machine, figure.state, figure.event) for figure in figures] == [("orders", "bill", "paid")] * 2


def test_who_is_overtaken_while_giving_up_counts_nothing() -> None:
    class Overtaken(MemoryCheckpointStore):
        def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
            super().mark([Abort(mark.correlation_id, "enough", 1.0) for mark in marks])
            return super().mark(marks)

    world, age = lost(left_in_bill()), 900.0
    store = Overtaken()
    store.commit([Commit(world.read("a")._replace(step=0))])
    world.with_runtime(store=store)
    world.clock.advance(Limits().coexistence + Limits().longest_look + age)
    assert world.recoverer.recover(age) == 0
    assert world.metrics.counted("quarantined") == 0


def test_what_cannot_be_read_and_nobody_comes_for_fails_for_that_reason() -> None:
    world = waiting()
    world.operator.send("a", "yes")
    deployed(lost(world), later(renamed=RENAMED)).clock.advance(3 * 86_400)
    assert world.recoverer.recover(900.0) == 1
    assert (world.read("a").error or "").startswith("$.price: Field required")


def test_a_deadline_by_its_old_name_is_recovered() -> None:
    world = deployed(waiting(timed=True), migrating())
    world.clock.advance(2 * 86_400)
    assert (world.recoverer.recover(3600.0), world.read("a").event) == (1, "@deadline")
