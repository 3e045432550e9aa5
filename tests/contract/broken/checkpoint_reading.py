"""Wrong checkpoint stores: what they read, find, emit and tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest

from fsm_adapters.memory import MemoryCheckpointStore, MemoryHistoryLog, MemoryStream, MemoryTable
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import CheckpointStoreContract, StoreSubject
from fsm_ports import (
    Commit,
    CommitResult,
    Committed,
    Happened,
    HistoryEntry,
    Instance,
    InstanceQuery,
    Mark,
    Outgoing,
    Page,
    PortError,
    Refused,
    Status,
)
from fsm_ports.instance import as_message
from fsm_ports.writes import AppendEvent, EnterAttempt
from tests.contract.broken.rejection import rejected_by

ITEM_BYTES = 409_600


class OnStore(CheckpointStoreContract):
    wrong: ClassVar[type[MemoryCheckpointStore]]

    @pytest.fixture
    def subject(self) -> StoreSubject:
        history = MemoryHistoryLog()
        store = self.wrong(history)
        return StoreSubject(
            clock=VirtualClock(), store=store, damage=store.damage, max_bytes=ITEM_BYTES, history=history
        )


class OnTable(CheckpointStoreContract):
    wrong: ClassVar[type[MemoryTable]]

    @pytest.fixture
    def subject(self) -> StoreSubject:
        clock = VirtualClock()
        stream = MemoryStream(clock)
        table = self.wrong(stream)
        return StoreSubject(clock=clock, store=table, damage=table.damage, max_bytes=ITEM_BYTES, source=stream)


@rejected_by(
    OnStore, "test_find_gives_each_matching_record_once", "test_record_that_moves_while_pages_are_read_is_given_once"
)
class SkipsARecordBetweenPages(MemoryCheckpointStore):
    def find(self, query: InstanceQuery) -> Page | PortError:
        page = super().find(query._replace(limit=query.limit + 1))
        if isinstance(page, PortError) or len(page.instances) <= query.limit:
            return page
        return Page(page.instances[:-1], page.instances[-1].correlation_id)


@rejected_by(OnStore, "test_record_that_moves_while_pages_are_read_is_given_once")
class PagesByTheTimeOfTheLastWrite(MemoryCheckpointStore):
    """A record that is written between two pages moves past the cursor, and comes again."""

    def find(self, query: InstanceQuery) -> Page | PortError:
        page = super().find(query._replace(limit=10_000, cursor=None))
        if isinstance(page, PortError):
            return page
        found = sorted(page.instances, key=_cursor)
        rest = [record for record in found if query.cursor is None or _cursor(record) > query.cursor]
        more = _cursor(rest[query.limit - 1]) if len(rest) > query.limit else None
        return Page(tuple(rest[: query.limit]), more)


@rejected_by(OnStore, "test_find_gives_each_matching_record_once")
class TakesTheBoundsForExclusive(MemoryCheckpointStore):
    def find(self, query: InstanceQuery) -> Page | PortError:
        since = query.started_since
        return super().find(query._replace(started_since=None if since is None else since + 0.001))


@rejected_by(OnStore, "test_page_holds_no_more_than_the_limit")
class GivesOneMoreThanTheLimit(MemoryCheckpointStore):
    def find(self, query: InstanceQuery) -> Page | PortError:
        return super().find(query._replace(limit=query.limit + 1))


@rejected_by(OnStore, "test_read_answers_in_order_and_none_where_there_is_no_record")
class ReadsEachRecordOnce(MemoryCheckpointStore):
    """As a batch read does that wants its keys unique, and leaves out what it has not."""

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        return super().read(list(dict.fromkeys(correlation_ids)), homes)


@rejected_by(OnStore, "test_record_that_cannot_be_decoded_is_reported_in_its_place")
class TakesADamagedRecordForNone(MemoryCheckpointStore):
    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        found = super().read(correlation_ids, homes)
        return [None if isinstance(record, PortError) else record for record in found]


@rejected_by(OnStore, "test_history_tells_nothing_of_refused_writes")
class TellsOfRefusedMarks(MemoryCheckpointStore):
    def _mark(self, mark: Mark) -> CommitResult:
        result = super()._mark(mark)
        found = result.found if isinstance(result, Refused) else None
        if found is not None and self._history is not None:
            entry = HistoryEntry(
                mark.correlation_id, found.step, found.updated_at, Happened.PAUSED, "", "", None, found.status
            )
            self._history.append([entry])
        return result


@rejected_by(OnTable, "test_paused_record_is_not_delivered_before_it_is_resumed")
class EmitsPausedRecords(MemoryTable):
    def _emit(self, record: Instance) -> None:
        super()._emit(record._replace(paused=False))


@rejected_by(OnTable, "test_record_at_rest_is_not_delivered", "test_touched_record_is_delivered_again_if_it_runs")
class EmitsRecordsAtRest(MemoryTable):
    def _emit(self, record: Instance) -> None:
        if record.status in (Status.WAITING, Status.COMPLETED) and not record.paused:
            self._stream.send([Outgoing(as_message(record))])
        super()._emit(record)


@rejected_by(OnTable, "test_running_record_is_delivered_after_a_commit_where_the_store_emits")
class EmitsTheRecordAsItStands(MemoryTable):
    """With the position of the delivery that caused it, which names another message."""

    def _emit(self, record: Instance) -> None:
        if record.status is Status.RUNNING and not record.paused:
            self._stream.send([Outgoing(record)])


@rejected_by(OnTable, "test_other_marks_deliver_nothing")
class EmitsAfterBookkeeping(MemoryTable):
    """As a stream does whose every change is taken for a message."""

    def _mark(self, mark: Mark) -> CommitResult:
        result = super()._mark(mark)
        if isinstance(mark, EnterAttempt | AppendEvent) and isinstance(result, Committed):
            self._emit(result.instance)
        return result


@rejected_by(OnTable, "test_refused_writes_deliver_nothing")
class EmitsAfterARefusal(MemoryTable):
    def _commit(self, commit: Commit) -> CommitResult:
        result = super()._commit(commit)
        if isinstance(result, Refused) and result.found is not None:
            self._emit(result.found)
        return result


def _cursor(record: Instance) -> str:
    return f"{record.updated_at:020.6f}/{record.correlation_id}"
