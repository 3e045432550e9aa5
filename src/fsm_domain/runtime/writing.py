"""Steps 4 and 6 of the protocol: make the step true, or the failure known."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_domain.runtime.aftermath import Aftermath
from fsm_domain.runtime.job import Job
from fsm_domain.runtime.registry import AnyMachine
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected
from fsm_ports.history_log import HistoryEntry, entry_of_commit, entry_of_mark
from fsm_ports.instance import COMPLETED, RUNNING, Instance, Status
from fsm_ports.messages import ACK, NACK, Outgoing
from fsm_ports.metrics_sink import Counter
from fsm_ports.results import CommitResult, Committed, Refused
from fsm_ports.writes import Commit, Fail


class Writing:
    """Writes a batch in two calls, one of commits and one of failures, whatever its size."""

    def __init__(self, runtime: Runtime, aftermath: Aftermath) -> None:
        self._runtime, self._aftermath = runtime, aftermath
        self._history = None if runtime.store.keeps_history else runtime.history

    def write(self, jobs: Sequence[Job], owner: str) -> list[Job]:
        """Those that go on: with the next link of their chain, or with a commit that has to come first."""
        written = [(job, job.write) for job in jobs if job.write is not None]
        if not written:
            return []
        results = self._results(written)
        told: list[HistoryEntry] = []
        for (job, write), result in zip(written, results, strict=True):
            job.write = None
            self._settle(job, write, result, owner, told)
        if self._history is not None and told:
            self._history.append(told)
        return [job for job in jobs if job.open]

    def bury(self, jobs: Sequence[Job]) -> None:
        """Quarantine: the message to the dead letters, the record to failed; acknowledged once either holds it."""
        doomed = [job for job in jobs if job.doom is not None]
        if not doomed:
            return
        letters = [Outgoing(job.message._replace(error=job.doom, position=job.position)) for job in doomed]
        buried = [error is None for error in self._runtime.post.bury(letters)]
        for job, is_buried in zip(doomed, buried, strict=True):
            message = job.message
            now = self._runtime.clock.now()
            fail = Fail(message.correlation_id, message.step, job.doom or "", now, message.home)
            result = self._runtime.store.mark([fail])[0]
            is_failed = isinstance(result, Committed) or (isinstance(result, Refused) and _at_rest(result.found, fail))
            is_known = not isinstance(result, PortError)
            job.outcome = ACK if is_failed or (is_buried and is_known) else NACK
            self._count("quarantined", message)

    def _results(self, written: Sequence[tuple[Job, Commit | Fail]]) -> list[CommitResult]:
        store, writes = self._runtime.store, [write for _, write in written]
        commits = [write for write in writes if isinstance(write, Commit)]
        if len(commits) == len(writes):  # as a rule
            results = list(self._runtime.definitions.commit(commits, self._new_hands(written)))
        else:
            fails = [write for write in writes if isinstance(write, Fail)]
            made = self._runtime.definitions.commit(commits, self._new_hands(written)) if commits else ()
            of_commits, of_fails = iter(made), iter(store.mark(fails))
            results = [next(of_commits) if isinstance(write, Commit) else next(of_fails) for write in writes]
        return [
            self._ask_again(write) if isinstance(result, OutcomeUnknown) else result
            for write, result in zip(writes, results, strict=True)
        ]

    def _new_hands(self, written: Sequence[tuple[Job, Commit | Fail]]) -> list[AnyMachine]:
        """The machines that go on with what another definition of theirs wrote."""
        changed = {
            write.instance.machine
            for job, write in written
            if isinstance(write, Commit) and write.instance.definition != job.message.definition
        }
        if not changed:  # as a rule
            return []
        found = map(self._runtime.machines.get, sorted(changed))
        return [machine for machine in found if machine is not None]

    def _ask_again(self, write: Commit | Fail) -> CommitResult:
        """Once: a write that took place shows itself by the position it bears."""
        store = self._runtime.store
        return (store.commit([write]) if isinstance(write, Commit) else store.mark([write]))[0]

    def _settle(
        self, job: Job, write: Commit | Fail, result: CommitResult, owner: str, told: list[HistoryEntry]
    ) -> None:
        if isinstance(result, Committed):
            if isinstance(write, Commit) and write.adopts:
                self._count("adopted", result.instance)
                self._tell(write, result.instance, told)
                self._adopted(job, result.instance, owner)
            elif isinstance(write, Commit):
                self._advanced(job, write, result.instance, owner, told)
            else:
                self._failed(job, write, result.instance, told)
        elif isinstance(result, Refused) and _is_adopted_already(write, result.found):
            self._adopted(job, result.found or job.message, owner)
        elif isinstance(result, Refused):
            self._aftermath.overtaken(job, result.found, owner)
        elif isinstance(write, Commit) and isinstance(result, PortRejected):
            job.write = Fail(
                job.message.correlation_id, job.message.step, str(result), self._runtime.clock.now(), job.message.home
            )
        else:
            job.outcome = NACK

    def _advanced(self, job: Job, commit: Commit, record: Instance, owner: str, told: list[HistoryEntry]) -> None:
        before, metrics = job.message, self._runtime.metrics
        job.committed, job.entered, job.attempts = True, None, ()
        metrics.count("transition", before.machine, before.state, before.event or "")
        self._tell(commit, record, told)
        if record.status is COMPLETED:
            metrics.count("completed", record.machine, record.state)
            metrics.time("machine", record.machine, record.updated_at - record.started_at, record.state)
        if commit.hold_until and not record.paused:
            job.message, job.links = record, job.links + 1
        else:
            self._aftermath.emit(job, record, owner)

    def _adopted(self, job: Job, record: Instance, owner: str) -> None:
        """The step itself is still to be done: here, or by whom the store delivers its record to."""
        if record.paused or self._runtime.store.emits:
            self._aftermath.emit(job, record, owner)
        else:
            job.message = record

    def _failed(self, job: Job, fail: Fail, record: Instance, told: list[HistoryEntry]) -> None:
        job.outcome = ACK
        self._count("fatal", record)
        entry = entry_of_mark(fail, record)
        if self._history is not None and entry is not None:
            told.append(entry)

    def _tell(self, commit: Commit, record: Instance, told: list[HistoryEntry]) -> None:
        if self._history is not None:
            told.append(entry_of_commit(commit, record))

    def _count(self, name: Counter, of: Instance) -> None:
        self._runtime.metrics.count(name, of.machine, of.state, of.event or "")


def _is_adopted_already(write: Commit | Fail, found: Instance | None) -> bool:
    """By the first try of this write, whose answer was lost, or by a duplicate of its message."""
    if not isinstance(write, Commit) or not write.adopts or found is None:
        return False
    return found.step == write.instance.step and found.status is RUNNING


def _at_rest(found: Instance | None, fail: Fail) -> bool:
    return found is not None and found.step == fail.step and found.status is Status.FAILED
