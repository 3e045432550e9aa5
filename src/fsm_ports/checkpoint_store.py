"""Port: one linearizable record a machine instance."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from fsm_ports.errors import PortError
from fsm_ports.instance import Instance, Status
from fsm_ports.results import CommitResult
from fsm_ports.writes import Commit, Mark


class InstanceQuery(NamedTuple):
    """Which records to find; every condition given must hold."""

    machine: str | None = None
    status: Status | None = None
    state: str | None = None
    started_since: float | None = None
    """Epoch seconds, inclusive."""
    updated_before: float | None = None
    """Epoch seconds, inclusive."""
    limit: int = 100
    cursor: str | None = None
    """`Page.cursor` of the page before; opaque."""


class Page(NamedTuple):
    """Some of the records found."""

    instances: tuple[Instance, ...]
    cursor: str | None = None
    """Where the next page begins; None: this is the last."""


class CheckpointStore(Protocol):
    """Keeps the record of every machine instance; the only place where a step becomes true.

    * Each commit and each mark is atomic and conditional, as `fsm_ports.writes` specifies; of any number of writers
      that race for one step exactly one is answered `Committed`.
    * `Refused` carries the record that was found, as it was at that moment.
    * A write that was answered is durable, and every later read and write sees it.
    * One result an item, in order.  One item's failure does not fail another.  A batch may name an instance once.
    * Writes may be repeated: a repeated commit is refused and shows the record with the writer's own `run_id`.
    * A record too large for the store is answered with `PortRejected`.
    * `find` returns each record that matches throughout the query once, in no promised order; it may lag behind writes.
    * A record that cannot be decoded is reported as `PortRejected` in its place, and left out by `find`.
    """

    emits: bool
    """A running, unpaused record is delivered by the store itself after every commit, `Resume` and `Touch`; bearing its
    `not_before`, and no earlier than that where the store can hold."""
    can_hold: bool
    """`Commit.hold_until` is honoured."""
    keeps_history: bool
    """A commit writes the step's history entry itself, in the same atomic step; so does a mark."""

    @abstractmethod
    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]: ...

    @abstractmethod
    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]: ...

    @abstractmethod
    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        """Read each record, or None where there is none; `homes`, where given, says in which store each lives."""

    @abstractmethod
    def find(self, query: InstanceQuery) -> Page | PortError: ...
