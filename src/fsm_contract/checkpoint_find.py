"""Suite of the port CheckpointStore: finding records."""

from __future__ import annotations

import pytest

from fsm_contract import samples
from fsm_contract.store import StoreSubject, StoreSuite, done
from fsm_ports import Commit, Instance, InstanceQuery, Page, Status

T0 = 1_700_000_000.0


def _populated(number: int) -> Instance:
    """Twelve records that differ in all that a query may ask for."""
    status = (Status.RUNNING, Status.WAITING, Status.COMPLETED, Status.FAILED)[number % 4]
    first = samples.record(f"m-{number:02}", T0 + number)._replace(state=f"s-{number % 2}", status=status)
    return first._replace(machine=f"machine-{number % 3}", updated_at=T0 + 100 + number)


POPULATION = [_populated(number) for number in range(12)]

QUERIES = [
    InstanceQuery(),
    InstanceQuery(machine="machine-1"),
    InstanceQuery(machine="nobody"),
    InstanceQuery(status=Status.WAITING),
    InstanceQuery(status=Status.ABORTED),
    InstanceQuery(state="s-1"),
    InstanceQuery(started_since=T0 + 4),
    InstanceQuery(started_since=T0 + 4.5),
    InstanceQuery(updated_before=T0 + 106),
    InstanceQuery(updated_before=T0 + 105.5),
    InstanceQuery(machine="machine-0", status=Status.RUNNING),
    InstanceQuery(started_since=T0 + 2, updated_before=T0 + 108, state="s-0"),
    InstanceQuery("machine-2", Status.WAITING, "s-1", T0 + 3, T0 + 108),
]


def _matches(instance: Instance, query: InstanceQuery) -> bool:
    return (
        query.machine in (None, instance.machine)
        and query.status in (None, instance.status)
        and query.state in (None, instance.state)
        and (query.started_since is None or instance.started_at >= query.started_since)
        and (query.updated_before is None or instance.updated_at <= query.updated_before)
    )


def _by_id(instances: list[Instance]) -> list[Instance]:
    return sorted(instances, key=lambda i: i.correlation_id)


class CheckpointFind(StoreSuite):
    """Part of `CheckpointStoreContract`."""

    @pytest.mark.parametrize("query", QUERIES, ids=lambda q: "-".join(q._fields[n] for n in range(5) if q[n]) or "all")
    def test_find_gives_each_matching_record_once(self, subject: StoreSubject, query: InstanceQuery) -> None:
        """In pages of any size."""
        self._populate(subject)
        expected = [i for i in POPULATION if _matches(i, query)]
        for limit in (1, 3, 12, 100):
            found = self._all_at_last(subject, query._replace(limit=limit), len(expected))
            assert _by_id(found) == expected, f"limit {limit}"

    def test_page_holds_no_more_than_the_limit(self, subject: StoreSubject) -> None:
        self._populate(subject)
        self._all_at_last(subject, InstanceQuery(), len(POPULATION))
        page = self._page(subject, InstanceQuery(limit=5))
        assert len(page.instances) <= 5
        assert page.cursor is not None

    def test_find_comes_to_its_last_page_where_nothing_matches(self, subject: StoreSubject) -> None:
        assert self._all(subject, InstanceQuery()) == []
        self._populate(subject)
        assert self._all(subject, InstanceQuery(status=Status.ABORTED, limit=1)) == []

    def test_find_gives_the_whole_record(self, subject: StoreSubject) -> None:
        full = samples.record("a", T0)._replace(
            context=f'{{"n": [1, 2.5, null], "t": {samples.text_of(5000)}}}', data='{"ok": true}', retries=3, work=1,
            position="p-1", deadline=T0 + 0.5, seen=(), error=samples.TEXT,
        )  # fmt: skip
        done(self.commit(subject, Commit(full)))
        assert self._all_at_last(subject, InstanceQuery(), 1) == [full]

    def test_record_that_moves_while_pages_are_read_is_given_once(self, subject: StoreSubject) -> None:
        """Records that match throughout, whatever else happens to them."""
        self._populate(subject)
        self._all_at_last(subject, InstanceQuery(), len(POPULATION))
        query, found = InstanceQuery(limit=4), list[Instance]()
        while True:
            page = self._page(subject, query)
            found += page.instances
            if page.cursor is None:
                break
            query = query._replace(cursor=page.cursor)
            self._move(subject, "m-00")
            self._move(subject, "m-08")
        assert sorted(i.correlation_id for i in found) == [i.correlation_id for i in POPULATION]

    def test_find_shows_the_record_as_it_is_now(self, subject: StoreSubject) -> None:
        self._populate(subject)
        moved = self._move(subject, "m-00")
        assert self._all_at_last(subject, InstanceQuery(state=moved.state), 1) == [moved]

    def _populate(self, subject: StoreSubject) -> None:
        for result in subject.store.commit([Commit(i) for i in POPULATION]):
            done(result)

    def _move(self, subject: StoreSubject, correlation_id: str) -> Instance:
        found = self.read(subject, correlation_id)
        assert found is not None
        after = found._replace(step=found.step + 1, state="moved", updated_at=found.updated_at + 50)
        return done(self.commit(subject, Commit(after)))

    def _page(self, subject: StoreSubject, query: InstanceQuery) -> Page:
        page = subject.store.find(query)
        assert isinstance(page, Page)
        return page

    def _all_at_last(self, subject: StoreSubject, query: InstanceQuery, count: int) -> list[Instance]:
        """What find gives once it has caught up with the writes."""
        return subject.eventually(lambda: self._all(subject, query), lambda found: len(found) == count)

    def _all(self, subject: StoreSubject, query: InstanceQuery) -> list[Instance]:
        found: list[Instance] = []
        for _ in range(100):
            page = self._page(subject, query)
            found += page.instances
            if page.cursor is None:
                return found
            query = query._replace(cursor=page.cursor)
        raise AssertionError("find does not come to its last page")
