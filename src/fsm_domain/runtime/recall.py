"""Step 2 of the protocol: a suspect reads the record before it runs, and leaves a trace while it does."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_domain.runtime.aftermath import Aftermath
from fsm_domain.runtime.job import Job
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.errors import OutcomeUnknown, PortError
from fsm_ports.instance import Attempt, Instance, Status
from fsm_ports.messages import NACK
from fsm_ports.results import CommitResult, Committed, Refused
from fsm_ports.writes import EnterAttempt, LeaveAttempt


class Recall:
    """Clean first deliveries pass without a call."""

    def __init__(self, runtime: Runtime, aftermath: Aftermath) -> None:
        self._store, self._aftermath = runtime.store, aftermath

    def check(self, jobs: Sequence[Job], owner: str, until: float) -> list[Job]:
        """Those whose step is still to be done; `until` is the end of this run's claim, epoch seconds."""
        suspects = [job for job in jobs if job.suspect]
        if suspects:
            found = self._store.read(
                [job.message.correlation_id for job in suspects], [job.message.home for job in suspects]
            )
            for job, record in zip(suspects, found, strict=True):
                self._compare(job, record, owner, until)
        return [job for job in jobs if job.open]

    def leave(self, jobs: Sequence[Job], owner: str) -> None:
        """An orderly end without a commit: nobody died here.  A mark that fails costs at most one retry."""
        entered = [job for job in jobs if job.entered is not None]
        if entered:
            self._store.mark(
                [LeaveAttempt(job.message.correlation_id, job.entered or 0, owner, job.message.home) for job in entered]
            )

    def _compare(self, job: Job, read: Instance | None | PortError, owner: str, until: float) -> None:
        message = job.message
        record = self._newest(job, owner) if _may_lag(read, message) else read
        if isinstance(record, PortError):
            job.outcome = NACK
        elif record is None or record.step != message.step or record.status is not message.status or record.paused:
            self._aftermath.overtaken(job, record, owner)
        else:
            job.message = record._replace(retries=max(message.retries, record.retries))
            job.attempts = record.attempts
            if job.delivery.maybe_died and record.status is Status.RUNNING:
                self._enter(job, owner, until)

    def _newest(self, job: Job, owner: str) -> Instance | None | PortError:
        """The record as conditions see it, by a write that changes nothing: a read may come from a replica."""
        message = job.message
        result = self._store.mark([LeaveAttempt(message.correlation_id, message.step, owner, message.home)])[0]
        match result:
            case Committed(instance=record) | Refused(found=record):
                return record
            case _:
                return result

    def _enter(self, job: Job, owner: str, until: float) -> None:
        message = job.message
        mark = EnterAttempt(message.correlation_id, message.step, Attempt(owner, until), message.home)
        result: CommitResult = self._store.mark([mark])[0]
        if isinstance(result, OutcomeUnknown):
            result = self._store.mark([mark])[0]
        if isinstance(result, Refused):
            self._aftermath.overtaken(job, result.found, owner)
            return
        job.entered = message.step  # also where the outcome is unknown: leaving what was not entered costs nothing
        if isinstance(result, Committed):
            job.attempts = result.instance.attempts
        else:
            job.outcome = NACK


def _may_lag(read: Instance | None | PortError, message: Instance) -> bool:
    """It would have the message quarantined, or a wait left alone for which somebody has called a worker."""
    if isinstance(read, PortError):
        return False
    if read is None or read.step < message.step:
        return True
    is_called = message.status is Status.WAITING and read.step == message.step
    return is_called and not read.inbox and not read.deadline
