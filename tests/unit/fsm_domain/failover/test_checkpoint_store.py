"""A record has one home; an id tells which, where it was made for it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fsm_adapters.memory import MemoryCheckpointStore, MemoryHistoryLog
from fsm_domain.failover.checkpoint_store import HomedCheckpointStore, home_of, named_after
from fsm_ports.checkpoint_store import InstanceQuery, Page
from fsm_ports.errors import PortError, PortRejected, PortUnavailable
from fsm_ports.instance import Instance
from fsm_ports.writes import Abort, Commit
from tests.unit.fsm_domain.failover.roads import instance

HOMES = ("", "2")


def first(correlation_id: str, home: str = "") -> Instance:
    return instance()._replace(step=0, correlation_id=correlation_id, home=home)


@pytest.mark.parametrize(
    ("correlation_id", "home"), [("a", ""), ("a@2", "2"), ("a@b@2", "2"), ("a@9", ""), ("2", ""), ("a@", "")]
)
def test_an_id_lives_where_its_name_says(correlation_id: str, home: str) -> None:
    assert home_of(correlation_id, HOMES) == home


def test_an_id_is_named_after_its_home_and_the_primary_has_no_name() -> None:
    assert (named_after("", "a"), named_after("2", "a")) == ("a", "a@2")


class Down(MemoryCheckpointStore):
    """Answers no read."""

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        return [PortUnavailable("down")] * len(correlation_ids)

    def find(self, query: InstanceQuery) -> Page | PortError:
        return PortUnavailable("down")


def test_who_names_no_home_finds_a_record_wherever_it_is_and_absent_is_what_both_call_so() -> None:
    known = MemoryCheckpointStore()
    known.commit([Commit(first("a"))])
    for stores in [(known, Down()), (Down(), known)]:
        a, b = HomedCheckpointStore(*stores).read(["a", "b"])
        assert a == first("a")
        assert isinstance(b, PortUnavailable)
    assert HomedCheckpointStore(known, MemoryCheckpointStore()).read(["b"]) == [None]


def test_a_read_asks_the_named_home_alone() -> None:
    store = HomedCheckpointStore(Down(), known := MemoryCheckpointStore())
    known.commit([Commit(first("a", "2"))])
    assert store.read(["a"], ["2"]) == [first("a", "2")]
    assert isinstance(store.read(["a"], [""])[0], PortUnavailable)


def test_a_mark_goes_to_its_home_in_the_order_asked() -> None:
    primary, secondary = MemoryCheckpointStore(), MemoryCheckpointStore()
    store = HomedCheckpointStore(primary, secondary)
    homes = ["2", "", "2"]
    store.commit([Commit(first(f"m{n}", home)) for n, home in enumerate(homes)])
    results = store.mark([Abort(f"m{n}", f"why {n}", 1.0, home) for n, home in enumerate(homes)])
    assert [result.instance.error for result in results] == ["why 0", "why 1", "why 2"]  # type: ignore[union-attr]  # each was committed
    (rejected,) = store.mark([Abort("m0", "why", 1.0, "moon")])
    assert isinstance(rejected, PortRejected)
    assert "'moon'" in str(rejected)


def test_pages_follow_each_other_through_the_primary_and_then_the_secondary() -> None:
    primary, secondary = MemoryCheckpointStore(), MemoryCheckpointStore()
    store = HomedCheckpointStore(primary, secondary)
    store.commit([Commit(first(name, home)) for name, home in [("a", ""), ("b", ""), ("c", ""), ("d", "2")]])
    query, found, cursors = InstanceQuery(limit=2), list[list[str]](), list[str | None]()
    for _ in range(3):
        page = store.find(query)
        assert isinstance(page, Page)
        found.append([record.correlation_id for record in page.instances])
        cursors.append(page.cursor)
        query = query._replace(cursor=page.cursor)
    assert found == [["a", "b"], ["c"], ["d"]]
    assert cursors == ["/b", "2/", None]


def test_a_home_that_is_down_is_told_of_and_a_cursor_of_another_store_rejected() -> None:
    store = HomedCheckpointStore(MemoryCheckpointStore(), Down())
    assert isinstance(store.find(InstanceQuery()), Page)
    assert isinstance(store.find(InstanceQuery(cursor="2/")), PortUnavailable)
    rejected = store.find(InstanceQuery(cursor="moon/x"))
    assert isinstance(rejected, PortRejected)
    assert "'moon/x'" in str(rejected)


@pytest.mark.parametrize(("one", "other"), [(True, True), (True, False), (False, True), (False, False)])
def test_a_history_is_kept_where_both_keep_it_and_nothing_is_emitted_or_held(one: bool, other: bool) -> None:
    stores = [MemoryCheckpointStore(MemoryHistoryLog() if keeps else None) for keeps in (one, other)]
    store = HomedCheckpointStore(*stores)
    assert store.keeps_history is (one and other)
    assert (store.emits, store.can_hold) == (False, False)


def test_a_home_with_nothing_to_do_is_not_called() -> None:
    class Counts(MemoryCheckpointStore):
        calls = 0

        def read(
            self, correlation_ids: Sequence[str], homes: Sequence[str] = ()
        ) -> Sequence[Instance | None | PortError]:
            self.calls += 1
            return super().read(correlation_ids, homes)

    store = HomedCheckpointStore(primary := Counts(), secondary := Counts())
    store.read(["a"], ["2"])
    assert (primary.calls, secondary.calls) == (0, 1)


def test_a_cursor_may_have_strokes_in_it_and_the_first_page_has_none() -> None:
    asked: list[str | None] = []

    class Asked(MemoryCheckpointStore):
        def find(self, query: InstanceQuery) -> Page | PortError:
            asked.append(query.cursor)
            return super().find(query)

    store = HomedCheckpointStore(Asked(), Asked())
    store.commit([Commit(first(name)) for name in ("a/1", "a/2", "a/3")])
    query = InstanceQuery(limit=2)
    page = store.find(query)
    assert isinstance(page, Page)
    rest = store.find(query._replace(cursor=page.cursor))
    assert isinstance(rest, Page)
    assert [record.correlation_id for record in rest.instances] == ["a/3"]
    store.find(query._replace(cursor=rest.cursor))
    assert asked == [None, "a/2", None]
