"""Wrong history logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest

from fsm_adapters.memory import MemoryHistoryLog
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import HistoryLogContract, HistorySubject
from fsm_ports import Happened, HistoryEntry, PortError, Sent
from tests.contract.broken.rejection import rejected_by


class OnLog(HistoryLogContract):
    wrong: ClassVar[type[MemoryHistoryLog]]

    @pytest.fixture
    def subject(self) -> HistorySubject:
        return HistorySubject(clock=VirtualClock(), log=self.wrong())


@rejected_by(
    OnLog, "test_entry_of_a_commit_appended_again_is_kept_once", "test_append_may_be_repeated_beside_new_entries"
)
class KeepsRepeatedCommits(MemoryHistoryLog):
    def append(self, entries: Sequence[HistoryEntry]) -> Sequence[Sent]:
        self._committed.clear()
        return super().append(entries)


@rejected_by(OnLog, "test_entries_of_one_kind_and_step_are_all_kept")
class KeepsOneEntryAKind(MemoryHistoryLog):
    def append(self, entries: Sequence[HistoryEntry]) -> Sequence[Sent]:
        for entry in entries:
            known = [(e.step, e.happened) for e in self._entries.get(entry.correlation_id, ())]
            if entry.happened is not Happened.RETRY or (entry.step, entry.happened) not in known:
                super().append([entry])
        return [None] * len(entries)


@rejected_by(OnLog, "test_entries_come_in_the_order_of_their_steps")
class OrdersByTime(MemoryHistoryLog):
    def read(self, correlation_id: str, after_step: int = -1, limit: int = 1000) -> Sequence[HistoryEntry] | PortError:
        entries = super().read(correlation_id, after_step, limit)
        return entries if isinstance(entries, PortError) else sorted(entries, key=lambda e: e.at)


@rejected_by(OnLog, "test_entries_of_one_step_come_in_the_order_of_time")
class OrdersOneStepByKind(MemoryHistoryLog):
    def read(self, correlation_id: str, after_step: int = -1, limit: int = 1000) -> Sequence[HistoryEntry] | PortError:
        entries = super().read(correlation_id, after_step, limit)
        return entries if isinstance(entries, PortError) else sorted(entries, key=lambda e: (e.step, e.happened.value))


@rejected_by(OnLog, "test_read_gives_the_first_entries_within_the_limit")
class GivesTheLastWithinTheLimit(MemoryHistoryLog):
    def read(self, correlation_id: str, after_step: int = -1, limit: int = 1000) -> Sequence[HistoryEntry] | PortError:
        entries = super().read(correlation_id, after_step)
        return entries if isinstance(entries, PortError) else entries[-limit:]


@rejected_by(OnLog, "test_read_begins_after_the_step_given", "test_read_gives_the_first_entries_within_the_limit")
class BeginsAtTheStep(MemoryHistoryLog):
    def read(self, correlation_id: str, after_step: int = -1, limit: int = 1000) -> Sequence[HistoryEntry] | PortError:
        return super().read(correlation_id, after_step - 1, limit)
