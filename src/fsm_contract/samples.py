"""Records and messages for the suites."""

from __future__ import annotations

from typing import Final

from fsm_ports import Commit, Instance, Status
from fsm_ports.names import PSEUDO_INIT

TEXT: Final = 'příliš žluťoučký "kůň" \u2028 \\ 漢字 \U0001f680 \t\n'
"""Text that careless escaping or cutting breaks."""


def record(correlation_id: str, now: float, step: int = 0, status: Status = Status.RUNNING) -> Instance:
    """The record of a machine instance at a step, or the message for it: both look alike while nothing has happened."""
    started = step == 0
    return Instance(
        machine="orders",
        correlation_id=correlation_id,
        definition="d-1",
        step=step,
        status=status,
        paused=False,
        state=PSEUDO_INIT if started else f"state-{step}",
        event=(PSEUDO_INIT if started else "done") if status is Status.RUNNING else None,
        context=f'{{"step": {step}}}',
        work=step,
        run_id=f"{correlation_id}-run-{step}",
        started_at=now,
        updated_at=now,
    )


def text_of(size: int) -> str:
    """JSON text of so many bytes; at least two."""
    return '"' + "x" * (size - 2) + '"'


def steps_to(instance: Instance) -> list[Commit]:
    """The commits that bring an unknown machine instance to `instance`, the last one with all that it bears."""
    before = [Commit(record(instance.correlation_id, instance.updated_at, step)) for step in range(instance.step)]
    return [*before, Commit(instance)]
