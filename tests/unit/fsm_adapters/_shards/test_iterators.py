"""Iterators that end, and places that are lost."""

from __future__ import annotations

import logging

import pytest

from fsm_adapters._shards.iterators import Fetched, IteratorEnded, IteratorReader, PlaceLost
from fsm_adapters._shards.reader import Page, Record, Shard
from fsm_ports import OutcomeUnknown, PortError, PortUnavailable


class Service(IteratorReader):
    """One shard of five records; what it shall raise or answer next is put into `next_fetch`."""

    def __init__(self) -> None:
        super().__init__("fake:orders", "fake")
        self.opened: list[str | None] = []
        self.lost: set[str] = set()
        self.next_fetch: list[Exception] = []

    def shards(self) -> list[Shard]:
        return [Shard("0")]

    def open_iterator(self, shard: str, after: str | None) -> str | PortError:
        self.opened.append(after)
        if after in self.lost:
            raise PlaceLost
        return str(int(after or "0") + 1)

    def fetch(self, shard: str, iterator: str, limit: int) -> Fetched | PortError:
        if self.next_fetch:
            problem = self.next_fetch.pop()
            if isinstance(problem, PortError):
                return problem
            raise problem
        first = int(iterator)
        records = [Record(str(n), 0.0, None) for n in range(first, min(first + limit, 6))]
        return Fetched(records, None if first + limit > 6 else str(first + len(records)))


def _numbers(page: Page | PortError) -> str:
    assert isinstance(page, Page), page
    return "".join(record.sequence for record in page.records) + ("." if page.drained else "")


def test_iterator_is_kept_from_page_to_page() -> None:
    service = Service()
    assert [_numbers(service.read("0", after, 2)) for after in (None, "2", "4")] == ["12", "34", "5."]
    assert service.opened == [None]


def test_iterator_is_not_used_for_another_place() -> None:
    service = Service()
    assert [_numbers(service.read("0", after, 2)) for after in (None, "1")] == ["12", "23"]
    assert service.opened == [None, "1"]


def test_forgotten_shard_is_opened_again() -> None:
    service = Service()
    service.read("0", None, 2)
    service.forget("0")
    assert _numbers(service.read("0", "2", 2)) == "34"
    assert service.opened == [None, "2"]


def test_ended_iterator_is_opened_again_where_it_stood() -> None:
    service = Service()
    service.read("0", None, 2)
    service.next_fetch = [IteratorEnded()]
    assert _numbers(service.read("0", "2", 2)) == "34"
    assert service.opened == [None, "2"]


def test_iterator_that_ends_at_once_is_an_error() -> None:
    service = Service()
    service.next_fetch = [IteratorEnded()]
    assert isinstance(service.read("0", None, 2), OutcomeUnknown)
    assert _numbers(service.read("0", None, 2)) == "12"


def test_lost_place_is_logged_and_the_oldest_record_comes_next(caplog: pytest.LogCaptureFixture) -> None:
    service = Service()
    service.lost = {"3"}
    with caplog.at_level(logging.WARNING):
        assert _numbers(service.read("0", "3", 2)) == "12"
    assert "does not know the record 3" in caplog.text
    assert service.opened == ["3", None]


def test_records_trimmed_under_a_kept_iterator_are_stepped_over(caplog: pytest.LogCaptureFixture) -> None:
    service = Service()
    service.read("0", None, 2)
    service.next_fetch = [PlaceLost()]
    with caplog.at_level(logging.WARNING):
        assert _numbers(service.read("0", "2", 2)) == "12"
    assert "does not know the record 2" in caplog.text


def test_failed_read_is_repeated_from_the_last_record() -> None:
    service = Service()
    service.read("0", None, 2)
    service.next_fetch = [PortUnavailable("down")]
    assert isinstance(service.read("0", "2", 2), PortUnavailable)
    assert _numbers(service.read("0", "2", 2)) == "34"
