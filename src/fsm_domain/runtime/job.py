"""A delivery on its way through the protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fsm_domain.failover.post import Parcel, Road
from fsm_domain.runtime.limits import Limits
from fsm_ports.instance import RUNNING, Attempt, Instance, is_foreign
from fsm_ports.messages import Defer, Delivery, Outcome, Outgoing
from fsm_ports.writes import Commit, Fail


@dataclass(slots=True)
class Job:
    """What a delivery needs next is told by what is set; a job with an outcome, a parcel or a doom runs no more."""

    delivery: Delivery
    message: Instance
    """The step at hand: what was delivered, then what was read or committed in its place."""
    position: str
    """Names the delivery: whoever finds it in the record owes the next emission."""
    suspect: bool
    links: int = 0
    """Transitions committed in this chain."""
    lease: str | None = None
    fence: int | None = None
    attempts: tuple[Attempt, ...] = ()
    entered: int | None = None
    """The step whose attempts this run has entered."""
    committed: bool = False
    write: Commit | Fail | None = None
    parcel: Parcel | None = None
    doom: str | None = None
    """Why this message can never be handled."""
    outcome: Outcome | None = None

    @property
    def open(self) -> bool:
        """There is something left to do before sending."""
        return self.outcome is None and self.parcel is None and self.doom is None

    def send(self, message: Instance, road: Road = Road.NOW) -> None:
        """In this delivery's place, so under its claim."""
        self.parcel = Parcel(Outgoing(message, message.not_before, self.delivery.receipt), road)

    def put_off(self, until: float, now: float, limits: Limits) -> None:
        """Short waits stay in the source; long ones travel, for a source counts what it delivers."""
        delivery = self.delivery
        if delivery.can_defer and delivery.received <= limits.defers and until - now <= limits.longest_defer:
            self.outcome = Defer(until)
        else:
            self.send(self.message._replace(position=self.position, not_before=until), Road.HOLD)


def job_of(delivery: Delivery, message: Instance, *, adopt: bool = False, old: float = 0.0) -> Job:
    """A suspect is thin, comes from a timer, had a holder who may have died, may have to be adopted, or was written
    before `old` (epoch seconds): a copy that comes a day late would run its actions once more."""
    suspect = (
        delivery.maybe_died
        or message.context is None
        or message.not_before > 0
        or message.status is not RUNNING
        or message.updated_at < old
        or (adopt and is_foreign(message))
    )
    return Job(delivery, message, message.position or delivery.position, suspect)


def split(jobs: Sequence[Job]) -> tuple[list[Job], list[Job]]:
    """The clean ones, at most one an instance, which may run in bulk; and those that have to run one by one."""
    bulk: list[Job] = []
    alone: list[Job] = []
    seen: set[str] = set()
    for job in jobs:
        correlation_id = job.message.correlation_id
        if job.suspect or correlation_id in seen:
            alone.append(job)
        else:
            seen.add(correlation_id)
            bulk.append(job)
    return bulk, alone
