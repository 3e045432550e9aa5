"""One definition of a machine goes on with what another one wrote, or leaves it to others."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.system.clock import VirtualClock
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.machine import Migration
from fsm_domain.machine.fingerprint import context_of, graph_of
from fsm_domain.runtime.caller import Caller
from fsm_domain.runtime.definitions import Definitions, key_of
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.registry import AnyMachine
from fsm_ports.checkpoint_store import InstanceQuery
from fsm_ports.codec import ContextError
from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected, PortUnavailable
from fsm_ports.instance import InboxEvent, Instance, Status
from fsm_ports.names import DEFINITIONS
from fsm_ports.results import CommitResult
from fsm_ports.writes import AppendEvent, Commit
from tests.unit.fsm_domain.runtime.world import World

Json = dict[str, Any]  # Any: JSON
T = TypeVar("T")


@dataclass
class Order:
    cents: int
    paid: bool = False


@dataclass
class Priced:
    price: int
    paid: bool = False


def to_price(context: Json) -> Json:
    return {"price": context["cents"] // 100, "paid": context["paid"]}


def pay(order: Order | Priced, step: Step) -> str:
    order.paid = True
    return "paid"


def pack(order: object, step: Step) -> str:
    return "packed"


def earlier(*, timed: bool = False) -> AnyMachine:
    """ask -yes-> charge -paid-> wrap -packed-> end"""
    state, final = State[str, Order, Any], FinalState[str, Order]
    ask = state("ask").on("yes", "charge")
    return Machine[str, Order]("orders", Order, initial="ask", states=[
        ask.after(timedelta(days=1), "charge") if timed else ask,
        state("charge").on("paid", "wrap").do(pay), state("wrap").on("packed", "end").do(pack), final("end"),
    ])  # fmt: skip


def later(renamed: Mapping[str, str] | None = None, migrate: Migration | Sequence[Migration] = ()) -> AnyMachine:
    """inquire -accept-> bill -paid-> wrap -packed-> end, over another context"""
    state, final = State[str, Priced, Any], FinalState[str, Priced]
    return Machine[str, Priced]("orders", Priced, initial="inquire", states=[
        state("inquire").on("accept", "bill").after(timedelta(days=1), "bill"),
        state("bill").on("paid", "wrap").do(pay), state("wrap").on("packed", "end").do(pack), final("end"),
    ], renamed=renamed or {}, migrate=migrate)  # fmt: skip


RENAMED = {"ask": "inquire", "yes": "accept", "charge": "bill"}


def migrating() -> AnyMachine:
    return later(renamed=RENAMED, migrate=to_price)


def deployed(world: World, machine: AnyMachine) -> World:
    """From now on the worker, and everybody, has this definition."""
    world.clock.advance(1.0)
    return world.with_runtime(machines={machine.name: machine})


def waiting(*, timed: bool = False) -> World:
    """The earlier definition has left an order in its wait."""
    world = World(earlier(timed=timed))
    world.client.start("orders", Order(500), correlation_id="a")
    world.work()
    assert (world.read("a").state, world.read("a").status) == ("ask", Status.WAITING)
    return world


def test_the_first_start_keeps_the_definition_in_the_same_call(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(earlier())
    batches: list[int] = []
    commit = world.store.commit

    def counting(commits: Sequence[Commit]) -> Sequence[CommitResult]:
        batches.append(len(commits))
        return commit(commits)

    monkeypatch.setattr(world.store, "commit", counting)
    for name in ("a", "b"):
        world.client.start("orders", Order(1), correlation_id=name)
    assert batches == [2, 1]
    kept = world.read(key_of("orders", earlier().fingerprint))
    assert (kept.machine, kept.state, kept.status) == (DEFINITIONS, "orders", Status.COMPLETED)
    assert kept.context == earlier().definition


def test_a_definition_that_could_not_be_kept_goes_with_the_next_commit() -> None:
    world = World(earlier())
    world.store.damage(key_of("orders", earlier().fingerprint))  # what cannot be read is refused for good
    assert isinstance(world.client.start("orders", Order(1), correlation_id="a"), Instance)


def test_kept_definitions_are_found_only_where_they_are_asked_for() -> None:
    world = waiting()
    assert [one.correlation_id for one in world.client.find(InstanceQuery()).instances] == ["a"]
    assert len(world.client.find(InstanceQuery(machine=DEFINITIONS)).instances) == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_kept_definitions_take_no_place_on_a_page(limit: int) -> None:
    world = World(earlier())
    for name in ("a", "b", "c", "d"):
        world.client.start("orders", Order(1), correlation_id=name)
    sizes, names, cursor = list[int](), list[str](), None
    while True:
        page = world.client.find(InstanceQuery(limit=limit, cursor=cursor))
        sizes.append(len(page.instances))
        names += [one.correlation_id for one in page.instances]
        cursor = page.cursor
        if cursor is None:
            break
    assert sorted(names) == ["a", "b", "c", "d"]
    assert set(sizes[: 4 // limit]) <= {limit}


def test_whoever_goes_on_with_what_another_definition_wrote_keeps_its_own() -> None:
    world = deployed(waiting(), migrating())
    world.operator.send("a", "accept")
    world.run(10.0)
    assert world.read(key_of("orders", migrating().fingerprint)).context == migrating().definition


def test_a_wait_whose_state_and_event_were_renamed_takes_the_event_by_either_name() -> None:
    for event in ("accept", "yes"):
        world = deployed(waiting(), migrating())
        assert world.operator.send("a", event) == "taken"
        world.run(10.0)
        record = world.read("a")
        assert (record.status, record.context) == (Status.COMPLETED, '{"price":5,"paid":true}')
        assert record.definition == migrating().fingerprint


def test_an_event_that_came_early_by_its_old_name_is_taken_by_its_new_one() -> None:
    world = World(earlier())
    world.client.start("orders", Order(500), correlation_id="a")
    world.operator.send("a", "yes")
    deployed(world, migrating()).run(10.0)
    assert world.read("a").status is Status.COMPLETED


def test_a_deadline_of_a_renamed_state_fires() -> None:
    world = deployed(waiting(timed=True), migrating())
    world.run(2 * 86_400)
    assert world.read("a").status is Status.COMPLETED


def test_a_message_in_flight_by_its_old_names_is_run_by_their_new_ones() -> None:
    world = waiting()
    world.operator.send("a", "yes")
    deployed(world, migrating())
    world.work()
    assert (world.read("a").state, world.read("a").step) == ("bill", 3)


def test_a_retry_travels_as_the_message_came_so_that_either_version_can_take_it() -> None:
    def broken(context: Json) -> Json:
        raise ConnectionError("not now")

    world = waiting()
    world.operator.send("a", "yes")
    deployed(world, later(renamed=RENAMED, migrate=broken)).work()
    deployed(world, earlier()).run(60.0)
    assert (world.read("a").status, world.read("a").context) == (Status.COMPLETED, '{"cents":500,"paid":true}')


def test_a_paused_machine_is_migrated_when_it_is_resumed() -> None:
    world = waiting()
    world.operator.send("a", "yes")
    world.operator.pause("a")
    deployed(world, migrating()).run(10.0)
    world.operator.resume("a")
    world.run(10.0)
    assert world.read("a").context == '{"price":5,"paid":true}'


def test_a_failed_machine_is_migrated_when_it_is_redriven() -> None:
    def refuses(order: Order, step: Step) -> str:
        raise ValueError("no")

    state, final = State[str, Order, Any], FinalState[str, Order]
    world = World(Machine[str, Order]("orders", Order, initial="ask", retry=RetryPolicy(max_retries=0), states=[
        state("ask").on("yes", "charge"), state("charge").on("paid", "end").do(refuses), final("end"),
    ]))  # fmt: skip
    world.client.start("orders", Order(500), correlation_id="a")
    world.work()
    world.operator.send("a", "yes")
    world.run(10.0)
    deployed(world, migrating())
    world.operator.redrive("a")
    world.run(10.0)
    assert (world.read("a").status, world.read("a").context) == (Status.COMPLETED, '{"price":5,"paid":true}')


def test_a_migration_runs_once_although_later_definitions_keep_it() -> None:
    times: list[int] = []

    def once(context: Json) -> Json:
        times.append(1)
        return to_price(context)

    world = deployed(waiting(), later(renamed=RENAMED, migrate=once))
    world.operator.send("a", "accept")
    world.work()
    more = later(renamed={**RENAMED, "unwrap": "wrap"}, migrate=once)
    deployed(world, more).run(10.0)
    assert (world.read("a").status, len(times)) == (Status.COMPLETED, 1)


def test_old_code_leaves_what_was_migrated_to_new_code() -> None:
    world = deployed(waiting(), migrating())
    world.operator.send("a", "accept")
    world.work()
    assert context_of(world.read("a").definition) == "to_price"
    deployed(world, earlier()).run(3 * 3600)
    assert (world.read("a").status, world.read("a").state) == (Status.RUNNING, "bill")
    deployed(world, migrating()).run(3600)
    assert world.read("a").status is Status.COMPLETED


def test_what_newer_code_wrote_and_nobody_comes_to_handle_is_quarantined_in_the_end() -> None:
    world = deployed(waiting(), migrating())
    world.operator.send("a", "accept")
    world.work()
    deployed(world, earlier()).run(3 * Limits().coexistence)
    record = world.read("a")
    assert record.status is Status.FAILED
    assert "'orders' has no state 'bill'" in (record.error or "")


def test_what_gone_code_wrote_is_quarantined_after_a_minute_unless_a_migration_is_declared() -> None:
    world = waiting()
    world.operator.send("a", "yes")
    deployed(world, later()).run(30.0)
    assert world.read("a").status is Status.RUNNING
    world.run(60.0)
    assert world.read("a").status is Status.FAILED


def test_a_context_of_another_definition_that_cannot_be_read_is_left_to_others() -> None:
    """A rolling deploy: a field that only newer code has; the names are the same."""

    @dataclass
    class Noted:
        cents: int
        paid: bool = False
        note: str = ""

    def note(order: Noted, step: Step) -> str:
        order.note = "x"
        return "paid"

    state, final = State[str, Noted, Any], FinalState[str, Noted]
    newer = Machine[str, Noted]("orders", Noted, initial="ask", states=[
        state("ask").on("yes", "charge"), state("charge").on("paid", "wrap").do(note),
        state("wrap").on("packed", "end").do(pack), final("end"),
    ])  # fmt: skip
    world = waiting()
    world.operator.send("a", "yes")
    deployed(world, newer).work()
    deployed(world, earlier()).run(600.0)
    assert world.read("a").status is Status.RUNNING
    deployed(world, newer).run(600.0)
    assert (world.read("a").status, json.loads(world.read("a").context or "")["note"]) == (Status.COMPLETED, "x")


def test_a_context_of_its_own_definition_that_cannot_be_read_fails_the_machine_at_once() -> None:
    world = World(earlier())
    world.client.start("orders", Order(500), correlation_id="a")

    class Broken(JsonCodec):
        def decode(self, type: type[T], text: str) -> T:
            raise ContextError("$.cents: torn")

    world.with_runtime(codec=Broken()).work()
    assert (world.read("a").status, world.read("a").error) == (Status.FAILED, "$.cents: torn")


def test_a_wait_that_only_other_code_knows_how_to_end_is_never_given_up() -> None:
    world = deployed(waiting(timed=True), later())
    world.run(10 * 86_400)
    assert world.read("a").status is Status.WAITING
    assert world.dead.receive(10, world.clock.now() + 1) == []
    deployed(world, earlier(timed=True)).run(3600)
    assert world.read("a").status is Status.COMPLETED


def test_an_event_that_only_newer_code_knows_waits_in_the_inbox_for_newer_code() -> None:
    world = World(earlier())
    world.client.start("orders", Order(500), correlation_id="a")
    early = InboxEvent("e1", "accept")
    world.store.mark([AppendEvent("a", 0, early, world.clock.now())])
    world.run(3600.0)
    assert (world.read("a").status, world.read("a").inbox) == (Status.WAITING, (early,))
    deployed(world, migrating()).run(3600.0)
    assert world.read("a").status is Status.COMPLETED


def test_an_event_of_old_code_for_a_wait_of_newer_code_is_kept_and_called_for() -> None:
    world = World(migrating())
    world.client.start("orders", Priced(5), correlation_id="a")
    world.work()
    deployed(world, earlier())
    assert world.operator.send("a", "yes", event_id="e1") == "inbox"
    assert world.operator.send("a", "yes", event_id="e1") == "seen"
    deployed(world, migrating()).run(3600.0)
    assert world.read("a").status is Status.COMPLETED


def test_waking_leaves_the_context_so_the_record_says_who_wrote_it() -> None:
    world = deployed(waiting(), migrating())
    world.operator.send("a", "accept")
    definition = world.read("a").definition
    assert graph_of(definition) == graph_of(migrating().fingerprint)
    assert definition.endswith(f"/{earlier().fingerprint}")


def test_a_replay_begins_under_the_names_that_the_machine_has_now() -> None:
    from fsm_domain.runtime.replayer import Replayer

    world = waiting()
    world.operator.send("a", "yes")
    world.run(10.0)
    deployed(world, migrating())
    Replayer(world.runtime).replay("a", 2, new_id="b")
    world.run(10.0)
    assert (world.read("b").status, world.read("b").context) == (Status.COMPLETED, '{"price":5,"paid":true}')


@pytest.mark.parametrize("event", ["yes", "accept"])
def test_either_version_of_the_caller_wakes_what_the_earlier_one_left(event: str) -> None:
    world = waiting()
    world.with_runtime(machines={"orders": migrating() if event == "accept" else earlier()})
    world.operator.send("a", event)
    deployed(world, migrating()).run(10.0)
    assert world.read("a").status is Status.COMPLETED


def test_a_definition_is_kept_as_a_record_of_its_own() -> None:
    world = waiting()
    machine = earlier()
    (kept,) = world.store.read([key_of("orders", machine.fingerprint)])
    assert isinstance(kept, Instance)
    assert kept == Instance(
        DEFINITIONS, f"{DEFINITIONS}/orders/{graph_of(machine.fingerprint)}", graph_of(machine.fingerprint), 0,
        Status.COMPLETED, False, "orders", None, machine.definition, run_id=kept.correlation_id,
        started_at=world.clock.now(), updated_at=world.clock.now(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("error", "asked"), [(PortUnavailable("down"), 2), (OutcomeUnknown("time-out"), 2), (PortRejected("too large"), 1)]
)
def test_only_what_can_still_be_kept_is_written_again(error: PortError, asked: int) -> None:
    class Fails(MemoryCheckpointStore):
        tries = 0

        def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
            mine = [commit.instance.machine == DEFINITIONS for commit in commits]
            self.tries += any(mine)
            return [error if own else result for own, result in zip(mine, super().commit(commits), strict=True)]

    world = World(earlier()).with_runtime(store=(store := Fails()))
    for n in range(2):
        world.client.start("orders", Order(500), correlation_id=f"a{n}")
    assert store.tries == asked


def test_a_process_is_as_old_as_its_own_knowledge_at_most() -> None:
    clock = VirtualClock()
    definitions = Definitions(MemoryCheckpointStore(), clock)
    born = clock.now()
    assert definitions.age(born - 50.0, born + 10.0) == 10.0
    assert definitions.age(born + 4.0, born + 10.0) == 6.0


def test_whoever_wrote_after_a_definition_was_first_used_is_at_work_beside_it() -> None:
    machine = earlier()
    clock, store = VirtualClock(), MemoryCheckpointStore()
    first = Definitions(store, clock)
    record = Instance("orders", "a", "other", 1, Status.RUNNING, False, "ask", "yes", "{}")
    first.commit([Commit(record._replace(step=0))], [machine])
    used = clock.now()
    clock.advance(100.0)
    later_process = Definitions(store, clock)
    assert later_process.is_at_work(record._replace(updated_at=used + 1.0), machine) is True
    assert later_process.is_at_work(record._replace(updated_at=used), machine) is False
    assert later_process.is_at_work(record._replace(updated_at=used + 1.0), None) is False
    assert later_process.is_at_work(record._replace(updated_at=used + 101.0), None) is True
    unknown = Definitions(Silent(), clock)
    assert unknown.is_at_work(record, machine) is True


class Silent(MemoryCheckpointStore):
    """Answers no read."""

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        return [PortUnavailable("down")] * len(correlation_ids)


def test_whoever_writes_under_its_own_names_for_a_caller_keeps_its_definition() -> None:
    world = deployed(waiting(), migrating())
    key = key_of("orders", migrating().fingerprint)
    assert world.store.read([key]) == [None]
    world.operator.send("a", "accept")
    assert isinstance(world.store.read([key])[0], Instance)


def test_a_commit_under_the_names_of_another_definition_keeps_none_of_ours() -> None:
    world = waiting()
    world.operator.abort("a")
    other = later()
    world.with_runtime(machines={"orders": other})
    Caller(world.runtime).commit(Commit(world.read("a")._replace(correlation_id="b", step=0)))
    assert world.store.read([key_of("orders", other.fingerprint)]) == [None]
    ours = world.read("a")._replace(correlation_id="c", step=0, definition=other.fingerprint)
    world.with_runtime(machines={})
    Caller(world.runtime).commit(Commit(ours))
    assert world.store.read([key_of("orders", other.fingerprint)]) == [None]
    world.with_runtime(machines={"orders": other})
    Caller(world.runtime).commit(Commit(ours._replace(correlation_id="d")))
    assert isinstance(world.store.read([key_of("orders", other.fingerprint)])[0], Instance)


def test_a_worker_that_goes_on_with_what_another_definition_wrote_keeps_its_own() -> None:
    world = waiting()
    world.operator.send("a", "yes")
    deployed(world, migrating())
    key = key_of("orders", migrating().fingerprint)
    assert world.store.read([key]) == [None]
    world.work()
    assert isinstance(world.store.read([key])[0], Instance)


def test_a_page_that_asks_on_leaves_every_definition_out() -> None:
    world = World(earlier())
    record = world.client.start("orders", Order(1), correlation_id="~")
    for version in "abc":
        kept = record._replace(machine=DEFINITIONS, correlation_id=f"@{version}", status=Status.COMPLETED)
        world.store.commit([Commit(kept)])
    for limit in (1, 2, 3):
        page = world.client.find(InstanceQuery(limit=limit))
        assert [one.correlation_id for one in page.instances] == ["~"]
