"""Step 5 of the protocol inside a dispatcher: what a record that was committed, or found, means for a delivery."""

from __future__ import annotations

from fsm_domain.failover.post import Parcel, Road
from fsm_domain.runtime.follow_up import follow_up
from fsm_domain.runtime.job import Job
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.instance import ENDED, Instance, as_message, is_foreign, is_resumed
from fsm_ports.messages import ACK
from fsm_ports.names import EVENT_POSITION
from fsm_ports.writes import Commit


class Aftermath:
    """Whoever holds a delivery whose position the record bears owes the emission; nobody else does."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def emit(self, job: Job, record: Instance, owner: str) -> None:
        """Decide what the record still owes: a message, a commit that comes first, or nothing."""
        runtime = self._runtime
        owed = follow_up(
            record, runtime.machines.get(record.machine), emits=runtime.store.emits, run_id=owner,
            position=job.position, now=runtime.clock.now(), early=runtime.limits.early, receipt=job.delivery.receipt,
        )  # fmt: skip
        if owed is None:
            job.outcome = ACK
        elif isinstance(owed, Parcel):
            job.parcel = owed
        else:
            job.message, job.write = record, owed

    def overtaken(self, job: Job, found: Instance | None, owner: str) -> None:
        """The record is not where the message says: done already, at rest, paused, stale, or unknown."""
        message = job.message
        if found is None or found.step < message.step:
            job.write = self._adoption(job, found, owner)
            job.doom = None if job.write else _unfounded(message, found)
        elif found.step > message.step and _owes(job, found):
            self.emit(job, found, owner)
            self._stand_in(job, found)
        else:
            if found.step > message.step:
                self._runtime.metrics.count("duplicate", message.machine, message.state, message.event or "")
            job.outcome = ACK

    def _adoption(self, job: Job, found: Instance | None, owner: str) -> Commit | None:
        """The record of a message that another framework wrote; None where it is not to be adopted."""
        message = job.message
        ended = found is not None and found.status in ENDED
        if not (self._runtime.limits.adopt and is_foreign(message)) or message.context is None or ended:
            return None
        record = message._replace(run_id=owner, position=job.position, updated_at=self._runtime.clock.now())
        return Commit(record, adopts=True)

    def _stand_in(self, job: Job, found: Instance) -> None:
        """What is sent in another's stead bears the position, and no commit is made under it.

        Another holder of this very message may be at work, whose next commit bears the position, too; or this message
        was acknowledged there long ago.  Either way nobody else would hold the position once its owner died.
        """
        if job.write is not None:
            now = self._runtime.clock.now()
            job.write = None
            job.send(as_message(found)._replace(not_before=now, position=job.position), Road.LATER)
        elif job.parcel is not None and isinstance(job.parcel.outgoing.message, Instance):
            message = job.parcel.outgoing.message._replace(position=job.position)
            job.parcel = Parcel(job.parcel.outgoing._replace(message=message), job.parcel.road)


def _owes(job: Job, found: Instance) -> bool:
    """The emission of the record found, which is further on than this delivery.

    The message of a resume owes it whatever delivery's position the record bears: that delivery may have been
    acknowledged while the machine was paused, or since, for the resume took its position out of the record; and its
    run may have ended with its process.  What a sender has committed the sender owes.
    """
    if job.position and found.position == job.position:
        return True
    return is_resumed(job.message) and not found.position.startswith(EVENT_POSITION)


def _unfounded(message: Instance, found: Instance | None) -> str:
    if found is None:
        return f"no record of {message.correlation_id!r}: it was never started here, or its record was deleted"
    return f"a message of step {message.step} while the record of {message.correlation_id!r} is at step {found.step}"
