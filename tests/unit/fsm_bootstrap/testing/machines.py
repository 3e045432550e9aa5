"""Two machines to try the harness on: one that works, one that waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_ports.history_log import Happened, HistoryEntry

WorkState = Literal["one", "two", "done"]
ApprovalState = Literal["asked", "reminded", "approved", "refused", "expired"]


@dataclass
class Work:
    """What a line of two states remembers."""

    failures: int = 0
    """How often the first state raises."""
    seen: list[str] = field(default_factory=list[str])


ran: list[str] = []
"""Every run of an action, whether or not it was committed: what the world has seen."""


def one(work: Work, step: Step) -> Literal["next"]:
    ran.append(step.idempotency_key)
    if step.retries < work.failures:
        raise TimeoutError(f"attempt {step.retries}")
    work.seen.append("one")
    return "next"


def two(work: Work, step: Step) -> Literal["next"]:
    ran.append(step.idempotency_key)
    work.seen.append("two")
    return "next"


def line(**policy: float) -> Machine[WorkState, Work]:
    state, final = State[WorkState, Work], FinalState[WorkState, Work]
    return Machine[WorkState, Work](
        "line", Work, initial="one", retry=RetryPolicy(max_retries=5, base=policy.get("base", 1.0), cap=1e6),
        states=[state("one").on("next", "two").do(one), state("two").on("next", "done").do(two), final("done")],
    )  # fmt: skip


@dataclass
class Question:
    """What a person is asked."""

    answer: str = ""
    times: list[float] = field(default_factory=list[float])


def note(question: Question, step: Step) -> None:
    question.times.append(step.now())


def answered(question: Question, step: Step) -> None:
    question.answer = step.data["by"] if step.data else "nobody"


def approval() -> Machine[ApprovalState, Question]:
    """Reminds after a day, expires two days later."""
    state, final = State[ApprovalState, Question], FinalState[ApprovalState, Question]
    return Machine[ApprovalState, Question](
        "approval", Question, initial="asked",
        states=[
            state("asked", entry=note).on("yes", "approved").on("no", "refused").after(timedelta(days=1), "reminded"),
            state("reminded", entry=note).on("yes", "approved").after(timedelta(days=2), "expired"),
            final("approved", entry=answered), final("refused"), final("expired", entry=note),
        ],
    )  # fmt: skip


def commits(history: list[HistoryEntry]) -> list[int]:
    """The steps that were committed, in order."""
    kinds = (Happened.STARTED, Happened.STEP, Happened.EVENT, Happened.REDRIVEN)
    return [entry.step for entry in history if entry.happened in kinds]
