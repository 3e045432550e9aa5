"""Every page is read, none before it is wanted, and a store that is away is no end of the list."""

from __future__ import annotations

from itertools import islice

import pytest

from fsm_domain.runtime.pages import all_found
from fsm_ports.checkpoint_store import InstanceQuery, Page
from fsm_ports.errors import PortError, PortUnavailable
from fsm_ports.instance import Instance
from tests.unit.fsm_domain.runtime.world import World, line, says


class Shelves:
    """Three pages, the second of them empty."""

    def __init__(self, *, broken: bool = False) -> None:
        world = World(line(says("next")))
        self.records = [world.client.start("line", {}, correlation_id=name) for name in "abc"]
        self.asked: list[InstanceQuery] = []
        self.broken = broken

    def find(self, query: InstanceQuery) -> Page | PortError:
        self.asked.append(query)
        a, b, c = self.records
        match query.cursor:
            case None:
                return Page((a, b), "second")
            case "second":
                return Page((), "third")
            case _:
                return PortUnavailable("gone") if self.broken else Page((c,))


def names(records: list[Instance]) -> list[str]:
    return [record.correlation_id for record in records]


def test_all_pages_are_read_with_the_query_as_it_was() -> None:
    shelves, query = Shelves(), InstanceQuery(machine="line", limit=2)
    assert names(list(all_found(shelves.find, query))) == ["a", "b", "c"]
    assert shelves.asked == [query, query._replace(cursor="second"), query._replace(cursor="third")]


def test_a_page_is_asked_for_when_it_is_wanted() -> None:
    shelves = Shelves()
    assert names(list(islice(all_found(shelves.find, InstanceQuery()), 2))) == ["a", "b"]
    assert len(shelves.asked) == 1


def test_a_list_begins_at_the_cursor_that_is_given() -> None:
    assert names(list(all_found(Shelves().find, InstanceQuery(cursor="third")))) == ["c"]


def test_a_store_that_is_away_is_told() -> None:
    with pytest.raises(PortUnavailable, match="gone"):
        list(all_found(Shelves(broken=True).find, InstanceQuery()))
