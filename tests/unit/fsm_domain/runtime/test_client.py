"""Starting is idempotent, in bulk each item for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.memory.emitting_table import MemoryTable
from fsm_adapters.memory.history_log import MemoryHistoryLog
from fsm_adapters.memory.stream import MemoryStream
from fsm_domain import FinalState, Machine, State, Step
from fsm_domain.failover.checkpoint_store import HomedCheckpointStore
from fsm_domain.failover.post import Post
from fsm_domain.runtime.client import StartRequest
from fsm_domain.runtime.errors import Conflict, NotFound, UnknownMachine
from fsm_ports.checkpoint_store import InstanceQuery, Page
from fsm_ports.codec import ContextError
from fsm_ports.errors import OutcomeUnknown, PortError, PortUnavailable
from fsm_ports.history_log import Happened, HistoryEntry
from fsm_ports.instance import Instance, Status
from fsm_ports.messages import Outgoing
from fsm_ports.results import CommitResult, Refused, Sent
from fsm_ports.writes import Commit
from tests.unit.fsm_domain.failover.roads import RecordedRoad
from tests.unit.fsm_domain.runtime.world import World, line, says


@dataclass
class Order:
    cents: int


def shop() -> Machine[str, Order]:
    def ship(order: Order, step: Step) -> Literal["done"]:
        return "done"

    states = [State[str, Order]("ship").on("done", "end").do(ship), FinalState[str, Order]("end")]
    return Machine[str, Order]("shop", Order, initial="ship", states=states)


class Fails(MemoryCheckpointStore):
    """Answers every commit with `error`, having done it or not."""

    def __init__(self, error: PortUnavailable | OutcomeUnknown, done: bool = False) -> None:
        super().__init__()
        self.error, self.done = error, done

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        if self.done:
            super().commit(commits)
        return [self.error] * len(commits)


def test_start_commits_record_0_and_emits_it() -> None:
    world = World(line(says("next")))
    record = world.client.start("line", {"n": 1}, correlation_id="a")
    assert (record.step, record.state, record.status) == (0, "pseudo_init", Status.RUNNING)
    assert len(world.receive()) == 1


def test_start_makes_an_id_where_none_is_given() -> None:
    world = World(line(says("next")))
    assert world.client.start("line", {}).correlation_id != world.client.start("line", {}).correlation_id


def test_a_repeated_start_is_one_machine_and_emits_again() -> None:
    world = World(line(says("next")))
    world.client.start("line", {"n": 1}, correlation_id="a")
    world.client.start("line", {"n": 1}, correlation_id="a")
    assert len(world.receive()) == 2
    world.clock.advance(world.claim)
    world.run()
    assert world.read("a").context == '{"n":1,"trail":[0]}'


@pytest.mark.parametrize("steps", [0, 1])
def test_another_input_under_the_same_id_conflicts_at_whatever_step_the_machine_is(steps: int) -> None:
    world = World(line(says("next")))
    world.client.start("line", {"n": 1}, correlation_id="a")
    for _ in range(steps):
        world.work()
    with pytest.raises(Conflict, match="another input; it is running"):
        world.client.start("line", {"n": 2}, correlation_id="a")
    assert world.client.start("line", {"n": 1}, correlation_id="a").step == steps


def test_another_machine_under_the_same_id_conflicts() -> None:
    world = World(line(says("next")), line(says("next"), name="other"))
    world.client.start("line", {}, correlation_id="a")
    with pytest.raises(Conflict, match="machine 'line' was started under this id with this input; it is running"):
        world.client.start("other", {}, correlation_id="a")


def test_an_unknown_machine_is_named_with_the_nearest_known() -> None:
    with pytest.raises(UnknownMachine, match="'lime'; did you mean 'line'"):
        World(line(says("next"))).client.start("lime", {})


@pytest.mark.parametrize(
    ("context", "said"),
    [({"cents": "many"}, r"\$\.cents"), ({"cent": 1}, r"\$\.cent"), ({"cents": float("nan")}, "cents")],
)
def test_a_context_that_does_not_fit_starts_nothing_and_names_the_field(context: object, said: str) -> None:
    world = World(shop())
    with pytest.raises(ContextError, match=said):
        world.client.start("shop", context, correlation_id="a")
    with pytest.raises(NotFound):
        world.read("a")


def test_bulk_start_reports_each_item_in_order() -> None:
    world = World(shop())
    world.client.start("shop", {"cents": 1}, correlation_id="taken")
    results = world.client.start_many(
        "shop",
        [
            StartRequest(Order(1), "a"),
            StartRequest({"cents": "x"}),
            StartRequest(Order(2), "taken"),
            StartRequest(Order(3)),
        ],
    )
    kinds = [type(result) for result in results]
    assert kinds == [Instance, ContextError, Conflict, Instance]


def test_a_start_whose_message_no_road_takes_says_so_and_can_be_repeated() -> None:
    world = World(line(says("next")))
    post = world.runtime.post
    world.with_runtime(post=Post(world.clock, [RecordedRoad(error=PortUnavailable("down"))]))
    with pytest.raises(PortUnavailable, match="down") as raised:
        world.client.start("line", {}, correlation_id="a")
    assert "correlation_id: a" in raised.value.__notes__
    world.with_runtime(post=post)
    world.client.start("line", {}, correlation_id="a")
    world.run()
    assert world.read("a").status is Status.COMPLETED


def test_a_start_whose_outcome_is_unknown_names_the_id_to_repeat_it_with() -> None:
    world = World(line(says("next"))).with_runtime(store=Fails(OutcomeUnknown("time-out")))
    with pytest.raises(OutcomeUnknown) as raised:
        world.client.start("line", {})
    assert raised.value.__notes__[0].startswith("correlation_id: ")


def test_an_id_made_here_lives_in_the_secondary_while_the_primary_is_down_and_one_given_does_not() -> None:
    secondary = MemoryCheckpointStore()
    store = HomedCheckpointStore(Fails(PortUnavailable("down")), secondary)
    world = World(line(says("next"))).with_runtime(store=store, homes=("", "2"))
    record = world.client.start("line", {})
    assert record.home == "2"
    with pytest.raises(PortUnavailable):
        world.client.start("line", {}, correlation_id="mine")
    world.run()
    assert secondary.read([record.correlation_id])[0] == world.read(record.correlation_id)
    assert world.read(record.correlation_id).status is Status.COMPLETED


def test_find_raises_what_the_store_answers() -> None:
    world = World(line(says("next")))
    world.client.start("line", {}, correlation_id="a")
    page = world.client.find(InstanceQuery(machine="line"))
    assert [record.correlation_id for record in page.instances] == ["a"]


def test_the_same_input_in_other_words_is_the_same_start() -> None:
    world = World(line(says("next")))
    world.client.start("line", {"a": 1, "b": 1e16}, correlation_id="a")
    assert world.client.start("line", {"b": 1e16, "a": 1.0}, correlation_id="a").step == 0
    with pytest.raises(Conflict, match="another input"):
        world.client.start("line", {"a": 1, "b": 2}, correlation_id="a")


class Deletes(MemoryCheckpointStore):
    """Refuses every commit, and has no record any more."""

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        return [Refused(None)] * len(commits)


def test_a_start_whose_record_is_deleted_meanwhile_conflicts() -> None:
    world = World(line(says("next"))).with_runtime(store=Deletes())
    with pytest.raises(Conflict, match="cannot start 'a': its record was deleted just now; start it again"):
        world.client.start("line", {}, correlation_id="a")


@pytest.mark.parametrize("history", ["none", "down", "short", "empty"])
def test_where_nobody_remembers_the_input_a_repeated_start_finds_the_machine(history: str) -> None:
    class Forgets(MemoryHistoryLog):
        def read(
            self, correlation_id: str, after_step: int = -1, limit: int = 1000
        ) -> Sequence[HistoryEntry] | PortError:
            assert (after_step, limit) == (-1, 1)
            if history == "down":
                return PortUnavailable("down")
            return [] if history == "empty" else super().read(correlation_id, 0, limit)

    world = World(line(says("next"), says("next")))
    world.with_runtime(history=None if history == "none" else Forgets())
    world.client.start("line", {"n": 1}, correlation_id="a")
    world.work()
    assert world.client.start("line", {"n": 2}, correlation_id="a").step == 1


class Answers(MemoryCheckpointStore):
    """Gives these answers to the first commits, one a call, and does nothing; then does what it is asked."""

    def __init__(self, *answers: PortError) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[Sequence[str]] = []

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        named = [commit.instance.correlation_id for commit in commits]
        self.asked.append([name for name in named if not name.startswith("@definition/")])
        if self.answers:
            return [self.answers.pop(0), *super().commit(commits[1:])]
        return super().commit(commits)


def test_only_what_is_not_known_is_asked_for_again() -> None:
    store = Answers(OutcomeUnknown("time-out"))
    world = World(line(says("next"))).with_runtime(store=store)
    results = world.client.start_many("line", [StartRequest({}, "a"), StartRequest({}, "b")])
    assert [type(result) for result in results] == [Instance, Instance]
    assert store.asked == [["a", "b"], ["a"]]


def test_what_may_have_been_committed_stays_unknown_when_the_store_is_down_at_the_second_try() -> None:
    world = World(line(says("next"))).with_runtime(store=Answers(OutcomeUnknown("time-out"), PortUnavailable("down")))
    with pytest.raises(OutcomeUnknown) as raised:
        world.client.start("line", {}, correlation_id="a")
    assert raised.value.__notes__ == ["correlation_id: a"]


def test_of_many_starts_the_one_whose_message_is_refused_is_told_and_no_other() -> None:
    class Picky(RecordedRoad):
        def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
            super().send(messages)
            return [PortUnavailable("full") if n == 1 else None for n in range(len(messages))]

    road = Picky()
    world = World(line(says("next")))
    world.with_runtime(post=Post(world.clock, [road]))
    world.client.start_many("line", [])
    assert road.calls == 0
    results = world.client.start_many(
        "line", [StartRequest({"x": float("nan")}), *(StartRequest({}, name) for name in "abc")]
    )
    assert [type(result) for result in results] == [ContextError, Instance, PortUnavailable, Instance]
    assert isinstance(results[2], PortUnavailable)
    assert results[2].__notes__ == ["correlation_id: b"]
    assert road.calls == 1


def test_a_repeated_start_of_a_machine_that_has_moved_or_stopped_sends_nothing() -> None:
    world, road = World(line(says("next"), says("next"))), RecordedRoad()
    world.client.start("line", {}, correlation_id="moved")
    world.work()
    world.client.start("line", {}, correlation_id="stopped")
    world.operator.abort("stopped")
    world.with_runtime(post=Post(world.clock, [road]))
    for name in ("moved", "stopped"):
        world.client.start("line", {}, correlation_id=name)
    assert road.calls == 0


def test_where_the_store_emits_a_start_sends_nothing() -> None:
    world, road = World(line(says("next"))), RecordedRoad()
    world.with_runtime(store=MemoryTable(MemoryStream(world.clock)), post=Post(world.clock, [road]))
    world.client.start("line", {}, correlation_id="a")
    assert road.calls == 0


def test_only_a_start_that_made_a_machine_is_counted_and_told() -> None:
    world = World(line(says("next")))
    for _ in range(2):
        world.client.start("line", {}, correlation_id="a")
    assert world.metrics.counted("started", "line", "") == 1
    assert [entry.happened for entry in world.told("a")] == [Happened.STARTED]


def test_find_raises_the_error_of_a_store_that_is_down() -> None:
    class Down(MemoryCheckpointStore):
        def find(self, query: InstanceQuery) -> Page | PortError:
            return PortUnavailable("down")

        def read(
            self, correlation_ids: Sequence[str], homes: Sequence[str] = ()
        ) -> Sequence[Instance | None | PortError]:
            return [PortUnavailable("down")]

    world = World(line(says("next"))).with_runtime(store=Down())
    with pytest.raises(PortUnavailable):
        world.client.find(InstanceQuery())
    with pytest.raises(PortUnavailable):
        world.client.get("a")


def test_of_many_ids_made_here_only_those_that_the_primary_did_not_take_live_in_the_secondary() -> None:
    first, second = Answers(PortUnavailable("down"), PortUnavailable("down")), MemoryCheckpointStore()
    world = World(line(says("next")))
    world.with_runtime(store=HomedCheckpointStore(first, second), homes=("", "2"))
    moved = world.client.start("line", {})
    assert moved.home == "2"
    one, other = world.client.start_many("line", [StartRequest({}), StartRequest({})])
    assert isinstance(one, Instance)
    assert isinstance(other, Instance)
    assert (one.home, one.correlation_id[-2:], other.home) == ("2", "@2", "")
    assert moved.correlation_id != one.correlation_id
    assert (second.read([one.correlation_id]), first.read([other.correlation_id])) == ([one], [other])


def test_what_may_have_been_committed_in_the_primary_is_not_started_in_the_secondary() -> None:
    first, second = Answers(OutcomeUnknown("time-out"), OutcomeUnknown("time-out")), MemoryCheckpointStore()
    world = World(line(says("next")))
    world.with_runtime(store=HomedCheckpointStore(first, second), homes=("", "2"))
    with pytest.raises(OutcomeUnknown):
        world.client.start("line", {})


def test_a_start_under_the_id_of_one_whose_input_nobody_can_read_any_more_conflicts() -> None:
    world = World(shop())
    record = world.client.start("shop", Order(1), correlation_id="a")
    world.store.commit([Commit(record._replace(correlation_id="b", context='{"dollars":1}'))])
    with pytest.raises(Conflict, match="another input"):
        world.client.start("shop", Order(1), correlation_id="b")
