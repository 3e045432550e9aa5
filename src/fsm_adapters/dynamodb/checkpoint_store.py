"""Checkpoint store on a DynamoDB table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from fsm_adapters.dynamodb.conditional import Unmet
from fsm_adapters.dynamodb.expressions import applied, first_update, is_message, update_after
from fsm_adapters.dynamodb.find import Finder
from fsm_adapters.dynamodb.items import item_of, key_of, record_of
from fsm_adapters.dynamodb.record_table import RecordTable, each
from fsm_adapters.dynamodb.replicated import Replicas
from fsm_adapters.dynamodb.types import Item, item_too_large
from fsm_adapters.dynamodb.updates import Update
from fsm_ports import (
    CheckpointStore,
    Clock,
    Commit,
    CommitResult,
    Committed,
    Instance,
    InstanceQuery,
    Mark,
    Page,
    PortError,
    PortRejected,
    PortUnavailable,
    Random,
    Refused,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

TRIES: Final = 100
"""Times that one write is made while others change the record in between."""


class DynamoCheckpointStore(CheckpointStore):
    """One item a record; a commit is one UpdateItem, and so is a mark that need not be shown the record first.

    * `table` is its name or its ARN; its key is ``correlation_id`` (S), and `find` needs the index ``find``.  An item
      without a ``step``, such as the original framework writes, is no record.
    * With `emits`, each commit, resume and touch of a running record is a message, for whoever reads the table's stream
      (`fsm_adapters.dynamodb.stream_images`).
    * A client that sends a request twice after a lost answer makes of a write that took place a refusal, which shows
      the record with the writer's own run id.
    * `replicas` are clients of the same table in other regions, which must be strongly consistent with it (`Replicas`).
      `read_client`, where given, is asked for what is only read, before the others.
    * A write that others always come in between of is `PortUnavailable`: it did not happen.
    """

    can_hold = False
    keeps_history = False

    def __init__(
        self,
        client: Callable[[], DynamoDBClient],
        table: str,
        *,
        source: str,
        clock: Clock,
        random: Random,
        emits: bool = False,
        read_client: Callable[[], DynamoDBClient] | None = None,
        replicas: Sequence[Callable[[], DynamoDBClient]] = (),
    ) -> None:
        self.emits = emits
        self._source, self._random = source, random
        writers, readers = Replicas((client, *replicas), clock), Replicas((read_client or client, *replicas), clock)
        self._table = RecordTable(writers, readers, table, source)
        self._latest = RecordTable(writers, writers, table, source)
        self._finder = Finder(self._table)

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        return each(self._write, commits, self._source)

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        return each(self._write, marks, self._source)

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        items = self._table.get([key_of(name) for name in correlation_ids])
        return [item if isinstance(item, PortError) else record_of(item, self._source) for item in items]

    def find(self, query: InstanceQuery) -> Page | PortError:
        return self._finder.find(query)

    def _write(self, write: Commit | Mark) -> CommitResult:
        nonce = self._random.id() if self.emits and is_message(write) else None
        if isinstance(write, Commit) and (too_large := self._too_large(write.instance)):
            return too_large
        update = first_update(write, nonce)
        answer = self._look(write) if update is None else self._table.update(update)
        for _ in range(TRIES):
            if not isinstance(answer, Unmet):
                return answer if isinstance(answer, PortError) else self._committed(answer)
            following = self._following(write, answer.found, nonce)
            if not isinstance(following, Update):
                return following
            answer = self._table.update(following)
        return PortUnavailable(f"others changed the record {TRIES} times in between", self._source)

    def _look(self, write: Commit | Mark) -> Unmet | PortError:
        name = write.instance.correlation_id if isinstance(write, Commit) else write.correlation_id
        (item,) = self._latest.get([key_of(name)])
        return item if isinstance(item, PortError) else Unmet(item)

    def _following(self, write: Commit | Mark, item: Item, nonce: str | None) -> Update | CommitResult:
        """What to write now that the record was seen, or what came of it."""
        found = record_of(item, self._source)
        if isinstance(found, PortRejected):
            return found
        after = applied(found, write)
        if after is None:
            return Refused(found)
        if found is not None and after == found and nonce is None and not isinstance(write, Commit):
            return Committed(found)  # it says so already
        return self._too_large(after) or update_after(write, item, after, nonce)

    def _committed(self, item: Item) -> CommitResult:
        record = record_of(item, self._source)
        if record is None:
            return PortRejected("the item after the write is no record", self._source)
        return record if isinstance(record, PortRejected) else Committed(record)

    def _too_large(self, record: Instance) -> PortRejected | None:
        return item_too_large(item_of(record), self._source)
