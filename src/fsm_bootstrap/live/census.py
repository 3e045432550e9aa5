"""Counts the instances that are not at rest for good, by what matters to other code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from fsm_domain.machine.fingerprint import graph_of
from fsm_ports.checkpoint_store import CheckpointStore, InstanceQuery
from fsm_ports.errors import PortError
from fsm_ports.instance import Instance, Status
from fsm_ports.names import DEFINITIONS

LIVE = (Status.RUNNING, Status.WAITING, Status.FAILED)
"""Those that failed go on when somebody redrives them."""


class Kept(NamedTuple):
    """A definition as the records keep it."""

    machine: str
    fingerprint: str
    first_used: float
    """Epoch seconds."""
    text: str


class Group(NamedTuple):
    """What instances have in common for which other code can do the same."""

    machine: str
    definition: str
    status: Status
    state: str
    event: str | None
    """The next one, of those that do not wait."""
    deadline: bool = False
    """They wait for a time, too."""
    inbox: tuple[str, ...] = ()
    """Events that came early."""
    unreadable: str = ""
    """Why the new code cannot read their contexts; empty: it can, or nobody has tried."""


class Census(NamedTuple):
    """What is live."""

    definitions: Mapping[tuple[str, str], Kept]
    """By machine and fingerprint."""
    groups: Mapping[Group, int]
    """How many instances there are of each."""
    has_contexts: bool
    """The contexts were at hand, so that reading them could be tried."""


def take(
    store: CheckpointStore, machines: Iterable[str] = (), reads: Callable[[Instance], str] | None = None
) -> Census:
    """Of these machines and all whose definitions are kept; `reads` says why a context cannot be read, or nothing.

    Raises:
        PortError: the store did not answer.
    """
    kept = {(one.machine, one.fingerprint): one for one in _definitions(store)}
    names = sorted({*machines, *(machine for machine, _ in kept)})
    groups = Counter[Group]()
    for name in names:
        for status in LIVE:
            for record in _found(store, InstanceQuery(machine=name, status=status, limit=1000)):
                groups[_group(record, reads)] += 1
    return Census(kept, groups, reads is not None)


def _definitions(store: CheckpointStore) -> Iterator[Kept]:
    for record in _found(store, InstanceQuery(machine=DEFINITIONS, status=Status.COMPLETED, limit=1000)):
        yield Kept(record.state, graph_of(record.definition), record.started_at, record.context or "")


def _group(record: Instance, reads: Callable[[Instance], str] | None) -> Group:
    return Group(
        record.machine, record.definition, record.status, record.state, record.event, bool(record.deadline),
        tuple(sorted({event.name for event in record.inbox})), "" if reads is None else reads(record),
    )  # fmt: skip


def _found(store: CheckpointStore, query: InstanceQuery) -> Iterator[Instance]:
    while True:
        page = store.find(query)
        if isinstance(page, PortError):
            raise page
        yield from page.instances
        if page.cursor is None:
            return
        query = query._replace(cursor=page.cursor)
