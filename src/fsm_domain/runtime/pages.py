"""All records that a query finds, however many pages they fill."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fsm_ports.checkpoint_store import InstanceQuery, Page
from fsm_ports.errors import PortError
from fsm_ports.instance import Instance


def all_found(find: Callable[[InstanceQuery], Page | PortError], query: InstanceQuery) -> Iterator[Instance]:
    """A page is asked for when the one before is through.

    Raises:
        PortError: the store did not answer.
    """
    while True:
        page = find(query)
        if isinstance(page, PortError):
            raise page
        yield from page.instances
        if page.cursor is None:
            return
        query = query._replace(cursor=page.cursor)
