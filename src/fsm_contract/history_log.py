"""Suite of the port HistoryLog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from fsm_contract import samples
from fsm_contract.suite import Suite, Timed, at_once
from fsm_ports import Happened, HistoryEntry, HistoryLog, PortError, Status
from fsm_ports.history_log import COMMITS


@dataclass(frozen=True, kw_only=True)
class HistorySubject(Timed):
    """A history log."""

    log: HistoryLog
    happen: Callable[[HistoryEntry], None] | None = None
    """Makes what the entry tells of happen, where the log reads it off something else: `append` then accepts all and
    keeps nothing."""
    told: frozenset[Happened] = frozenset(Happened)
    """What the log can tell of; where it is not all, `happen` is given no other entries."""


def _entry(step: int, at: float, happened: Happened = Happened.STEP, correlation_id: str = "a") -> HistoryEntry:
    return HistoryEntry(
        correlation_id, step, at, happened, "orders", f"state-{step}", "done", Status.RUNNING, run_id=f"run-{step}",
        context=f'{{"step": {step}}}',
    )  # fmt: skip


def _told(subject: HistorySubject, *entries: HistoryEntry) -> list[HistoryEntry]:
    """Those that the log can tell of."""
    return [entry for entry in entries if entry.happened in subject.told]


class HistoryLogContract(Suite):
    """Override `subject`; see `fsm_contract`."""

    @pytest.fixture
    def subject(self) -> HistorySubject:
        raise NotImplementedError("override the fixture `subject`")

    def test_subject_holds_the_adapter_that_the_suite_names(self, subject: HistorySubject) -> None:
        self.check_adapter(subject.log)

    def test_unknown_machine_instance_has_no_history(self, subject: HistorySubject) -> None:
        assert self._read(subject) == []

    def test_entries_are_read_as_they_were_appended(self, subject: HistorySubject) -> None:
        now = subject.clock.now()
        full = HistoryEntry(
            "a", 3, now + 0.125, Happened.RETRY, "orders", samples.TEXT, "paid", Status.WAITING, 2, "run-1",
            samples.TEXT, '{"n": [1, 2.5, null]}',
        )  # fmt: skip
        bare = HistoryEntry("a", 4, now + 0.25, Happened.PAUSED, "orders", "s", None, Status.COMPLETED)
        self._append(subject, full, bare)
        assert self._read(subject) == _told(subject, full, bare)

    @pytest.mark.parametrize("happened", Happened)
    def test_every_kind_of_entry_is_kept(self, subject: HistorySubject, happened: Happened) -> None:
        entry = _entry(1, subject.clock.now(), happened)
        self._append(subject, entry)
        assert self._read(subject) == _told(subject, entry)

    def test_entries_come_in_the_order_of_their_steps(self, subject: HistorySubject) -> None:
        now = subject.clock.now()
        entries = [_entry(step, now + 20 - step) for step in range(12)]
        self._append(subject, *entries[6:])
        self._append(subject, *reversed(entries[:6]))
        assert self._read(subject) == entries

    def test_entries_of_one_step_come_in_the_order_of_time(self, subject: HistorySubject) -> None:
        now = subject.clock.now()
        kinds = [Happened.STEP, Happened.PAUSED, Happened.RETRY, Happened.RESUMED, Happened.FAILED]
        entries = [_entry(1, now + n, happened) for n, happened in enumerate(kinds)]
        self._append(subject, entries[3], entries[1])
        self._append(subject, entries[4], entries[0], entries[2])
        assert self._read(subject) == _told(subject, *entries)

    def test_entries_of_one_kind_and_step_are_all_kept(self, subject: HistorySubject) -> None:
        entries = [_entry(1, subject.clock.now() + n, Happened.RETRY) for n in range(3)]
        self._append(subject, *entries)
        assert self._read(subject) == _told(subject, *entries)

    @pytest.mark.parametrize("happened", [happened for happened in Happened if happened in COMMITS])
    def test_entry_of_a_commit_appended_again_is_kept_once(self, subject: HistorySubject, happened: Happened) -> None:
        entry = _entry(1, subject.clock.now(), happened)
        self._append(subject, entry)
        self._append(subject, entry)
        assert self._read(subject) == _told(subject, entry)

    def test_append_may_be_repeated_beside_new_entries(self, subject: HistorySubject) -> None:
        entries = [_entry(step, subject.clock.now() + step) for step in range(4)]
        self._append(subject, *entries[:3])
        self._append(subject, *entries)
        assert self._read(subject) == entries

    def test_every_entry_has_a_result(self, subject: HistorySubject) -> None:
        now = subject.clock.now()
        assert list(subject.log.append([])) == []
        assert list(subject.log.append([_entry(n, now) for n in range(40)])) == [None] * 40

    def test_histories_of_machine_instances_are_apart(self, subject: HistorySubject) -> None:
        now = subject.clock.now()
        names = ["a", "a ", "A", "a-1", "á"]
        self._append(subject, *(_entry(1, now, correlation_id=name) for name in names))
        for name in names:
            assert [e.correlation_id for e in self._read(subject, name)] == [name]

    def test_read_begins_after_the_step_given(self, subject: HistorySubject) -> None:
        entries = [_entry(step, subject.clock.now() + step) for step in range(5)]
        self._append(subject, *entries)
        assert self._read(subject, after_step=2) == entries[3:]
        assert self._read(subject, after_step=4) == []

    def test_read_gives_the_first_entries_within_the_limit(self, subject: HistorySubject) -> None:
        entries = [_entry(step, subject.clock.now() + step) for step in range(5)]
        self._append(subject, *reversed(entries))
        assert self._read(subject, limit=2) == entries[:2]
        assert self._read(subject, after_step=1, limit=2) == entries[2:4]

    def test_large_context_is_kept_whole(self, subject: HistorySubject) -> None:
        entry = _entry(1, subject.clock.now())._replace(context=samples.text_of(200_000))
        self._append(subject, entry)
        assert self._read(subject) == [entry]

    def test_writers_at_one_moment_do_not_disturb_each_other(self, subject: HistorySubject) -> None:
        entries = [_entry(n, subject.clock.now() + n) for n in range(8)]
        at_once(8, lambda n: self._append(subject, entries[n]))
        assert self._read(subject) == entries

    def _append(self, subject: HistorySubject, *entries: HistoryEntry) -> None:
        assert list(subject.log.append(entries)) == [None] * len(entries)
        if subject.happen is not None:
            for entry in _told(subject, *entries):
                subject.happen(entry)

    def _read(
        self, subject: HistorySubject, correlation_id: str = "a", after_step: int = -1, limit: int = 1000
    ) -> Sequence[HistoryEntry]:
        entries = subject.log.read(correlation_id, after_step, limit)
        assert not isinstance(entries, PortError)
        return list(entries)
