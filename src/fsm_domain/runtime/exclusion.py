"""Step 1 of the protocol: keep two runs of one step apart, as far as a lock can."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_domain.runtime.job import Job
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.results import Busy, Lease


class Exclusion:
    """Leases on (correlation id, step).  Only exclusion: a cache that cannot be reached does not stop a machine."""

    def __init__(self, runtime: Runtime) -> None:
        self._clock, self._lock, self._limits = runtime.clock, runtime.lock, runtime.limits
        self._metrics = runtime.metrics
        self._held: dict[str, tuple[str, ...]] = {}

    def admit(self, jobs: Sequence[Job], owner: str, deadline: float) -> list[Job]:
        """Those that are due and free to run; the others are put off, spending no retry."""
        now = self._clock.now()
        for job in jobs:
            if job.message.not_before > now + self._limits.early:
                job.put_off(job.message.not_before, now, self._limits)
        due = [job for job in jobs if job.open]
        if self._lock is None or not due:
            return due
        keys = [f"{job.message.correlation_id}:{job.message.step}" for job in due]
        leases = self._lock.acquire(keys, owner, deadline + self._limits.margin)
        for job, key, lease in zip(due, keys, leases, strict=True):
            if isinstance(lease, Busy):
                self._metrics.count("busy", job.message.machine, job.message.state, job.message.event or "")
                job.put_off(lease.until, now, self._limits)
            elif isinstance(lease, Lease):
                job.lease, job.fence = key, lease.fence
        self._held[owner] = tuple(job.lease for job in due if job.lease is not None)
        return [job for job in due if job.open]

    def renew(self, until: float) -> None:
        """Extend the leases of every batch in hand, from another thread."""
        if self._lock is not None:
            for owner, keys in list(self._held.items()):
                self._lock.acquire(keys, owner, until + self._limits.margin)

    def release(self, jobs: Sequence[Job], owner: str) -> None:
        """Free the steps that others may run at once."""
        keys = [job.lease for job in jobs if job.lease is not None]
        if self._lock is not None and keys:
            self._lock.release(keys, owner)
            for job in jobs:
                job.lease = None

    def forget(self, owner: str) -> None:
        """The batch is over: what is still held keeps duplicates away until it ends by itself."""
        self._held.pop(owner, None)
