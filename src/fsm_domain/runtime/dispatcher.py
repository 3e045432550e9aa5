"""Commit, then emit: what happens to a delivered message."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_domain.failover.post import Parcel
from fsm_domain.runtime.aftermath import Aftermath
from fsm_domain.runtime.exclusion import Exclusion
from fsm_domain.runtime.job import Job, job_of, split
from fsm_domain.runtime.recall import Recall
from fsm_domain.runtime.running import Running
from fsm_domain.runtime.runtime import Runtime
from fsm_domain.runtime.writing import Writing
from fsm_ports.event_handler import EventHandler
from fsm_ports.messages import ACK, NACK, Delivery, Outcome, Outgoing, Unreadable


class Dispatcher(EventHandler):
    """Runs the protocol: exclude, recall, run, commit, emit, acknowledge.

    Clean deliveries run in bulk, one call a port and phase; suspects run one by one, so that a message that kills its
    process blames no neighbour.  Handles one batch at a time; `renew` alone may be called from another thread.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._aftermath = Aftermath(runtime)
        self._exclusion = Exclusion(runtime)
        self._recall = Recall(runtime, self._aftermath)
        self._running = Running(runtime, self._aftermath)
        self._writing = Writing(runtime, self._aftermath)

    def handle(self, deliveries: Sequence[Delivery], deadline: float) -> Sequence[Outcome]:
        limits = self._runtime.limits
        old = self._runtime.clock.now() - limits.fresh
        jobs = {
            n: job_of(delivery, delivery.message, adopt=limits.adopt, old=old)
            for n, delivery in enumerate(deliveries)
            if not isinstance(delivery.message, Unreadable)
        }
        bulk, alone = split(list(jobs.values()))
        if bulk:
            self._drive(bulk, deadline)
        for job in alone:
            self._drive([job], deadline)
        return [
            self._outcome(jobs[n]) if n in jobs else self._unreadable(delivery) for n, delivery in enumerate(deliveries)
        ]

    def renew(self, until: float) -> None:
        """Extend the leases of the batch in hand to `until` (epoch seconds): its actions take long."""
        self._exclusion.renew(until)

    def _drive(self, jobs: list[Job], deadline: float) -> None:
        owner = self._runtime.random.id()
        live = self._recall.check(self._exclusion.admit(jobs, owner, deadline), owner, deadline)
        while live:
            for job in live:
                if job.write is None:
                    self._running.run(job, owner, deadline)
            live = self._writing.write(live, owner)
        self._writing.bury(jobs)
        unmoved = [job for job in jobs if not job.committed]
        self._recall.leave(unmoved, owner)
        self._exclusion.release(unmoved, owner)
        self._send(jobs)
        self._exclusion.release([job for job in jobs if job.outcome is not ACK], owner)
        self._exclusion.forget(owner)

    def _send(self, jobs: Sequence[Job]) -> None:
        going: list[tuple[Job, Parcel]] = [(job, job.parcel) for job in jobs if job.parcel is not None]
        if going:
            sent = self._runtime.post.send([parcel for _, parcel in going])
            for (job, _), error in zip(going, sent, strict=True):
                job.outcome, job.parcel = (ACK if error is None else NACK), None

    def _outcome(self, job: Job) -> Outcome:
        outcome = NACK if job.outcome is None else job.outcome
        if outcome is NACK:
            message = job.message
            self._runtime.metrics.count("nacked", message.machine, message.state, message.event or "")
        return outcome

    def _unreadable(self, delivery: Delivery) -> Outcome:
        """Only a dead-letter source can hold what nobody can read; without one the source keeps it."""
        error = self._runtime.post.bury([Outgoing(delivery.message)])[0]
        self._runtime.metrics.count("quarantined", "")
        return ACK if error is None else NACK
