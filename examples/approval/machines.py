"""An approval: two people have three days to decide.

Each day without a decision they are reminded; when time is up, or one of them rejects, what was reserved is given back.

    fsm start approval --machines examples/approval --id trip-7 --context '{"what": "a trip", "cents": 90000}'
    fsm worker --machines examples/approval &
    fsm send trip-7 approve --data '{"by": "ada"}' --machines examples/approval
    fsm send trip-7 approve --data '{"by": "grace"}' --machines examples/approval
    fsm show trip-7
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from fsm_domain import FinalState, Machine, State, Step

ApprovalState = Literal["reserve", "decide", "count", "remind", "book", "release", "granted", "rejected", "expired"]

APPROVALS = 2
DAY = timedelta(days=1)
PATIENCE = 3 * DAY


@dataclass
class Request:
    """What is to be approved, and what has been decided so far."""

    what: str = "a trip"
    cents: int = 90_000
    expires_at: float = 0.0
    reserved: str | None = None
    approved_by: list[str] = field(default_factory=list[str])
    rejected_by: str | None = None
    reminders: int = 0
    booked: str | None = None


def reserve(request: Request, step: Step) -> Literal["reserved"]:
    """Set the money aside; the clock of the three days starts."""
    request.reserved = f"reservation {step.idempotency_key}"
    request.expires_at = step.now() + PATIENCE.total_seconds()
    return "reserved"


def count(request: Request, step: Step) -> Literal["enough", "more"]:
    """Note who approved: the same person twice is one."""
    who = str(step.data["by"])
    if who not in request.approved_by:
        request.approved_by.append(who)
    return "enough" if len(request.approved_by) >= APPROVALS else "more"


def note_rejection(request: Request, step: Step) -> None:
    """Note who rejected."""
    request.rejected_by = str(step.data["by"])


def remind(request: Request, step: Step) -> Literal["reminded", "too_late"]:
    """A day without a decision: remind them, unless the three days are over."""
    if step.now() >= request.expires_at:
        return "too_late"
    request.reminders += 1
    return "reminded"


def book(request: Request, step: Step) -> Literal["booked"]:
    """Spend the money."""
    request.booked = f"booking {step.idempotency_key}"
    return "booked"


def release(request: Request, step: Step) -> Literal["was_rejected", "was_late"]:
    """Compensate: give back what was reserved."""
    request.reserved = None
    return "was_late" if request.rejected_by is None else "was_rejected"


state, final = State[ApprovalState, Request], FinalState[ApprovalState, Request]

approval = Machine[ApprovalState, Request](
    "approval",
    Request,
    initial="reserve",
    states=[
        state("reserve").on("reserved", "decide").do(reserve),
        state("decide").on("approve", "count").on("reject", "release", action=note_rejection).after(DAY, "remind"),
        state("count").on("enough", "book").on("more", "decide").do(count),
        state("remind").on("reminded", "decide").on("too_late", "release").do(remind),
        state("book").on("booked", "granted").do(book),
        state("release").on("was_rejected", "rejected").on("was_late", "expired").do(release),
        final("granted"),
        final("rejected"),
        final("expired"),
    ],
)
