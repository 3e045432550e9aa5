"""What an operator can do to a machine instance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fsm_ports.instance import ENDED, Instance, Status

if TYPE_CHECKING:
    from fsm_domain.runtime.operator import Operator


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that is done to one instance, or to many."""

    wish: str
    """The command."""
    done: str
    """The outcome, once it is done."""
    help: str
    do: Callable[[Operator, str, str], Instance]
    """Takes id and reason."""
    applies: Callable[[Instance], bool]
    """Whether it makes sense for such a record: a query leaves out all others."""


ABORT = Act(
    "abort", "aborted", "Stop machines for good. A run in mid-action can no longer commit.",
    lambda operator, correlation_id, reason: operator.abort(correlation_id, reason),
    lambda record: record.status not in ENDED,
)  # fmt: skip
PAUSE = Act(
    "pause", "paused", "Start nothing more of machines. A run in mid-action still commits its step.",
    lambda operator, correlation_id, reason: operator.pause(correlation_id, reason),
    lambda record: not record.paused and record.status not in ENDED,
)  # fmt: skip
RESUME = Act(
    "resume", "resumed", "Let machines that were paused go on.",
    lambda operator, correlation_id, reason: operator.resume(correlation_id, reason),
    lambda record: record.paused,
)  # fmt: skip
REDRIVE = Act(
    "redrive", "redriven", "Try failed machines again from the step that failed, with the same idempotency key.",
    lambda operator, correlation_id, reason: operator.redrive(correlation_id, reason),
    lambda record: record.status is Status.FAILED,
)  # fmt: skip
RESTORE = Act(
    "restore", "restored", "Send the messages of machines again from their records, as recover would, but now.",
    lambda operator, correlation_id, reason: operator.restore(correlation_id, reason),
    lambda record: not record.paused and record.status in (Status.RUNNING, Status.WAITING),
)  # fmt: skip
