"""What AWS takes of the options of a deployment, asked before a template is written that it would refuse."""

from __future__ import annotations

from bisect import bisect
from typing import Final

import typer

from fsm_bootstrap.source import Source

_DAYS: Final = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""For which CloudWatch keeps logs (CloudFormation, AWS::Logs::LogGroup, RetentionInDays)."""


def log_days(days: int) -> int:
    if days in _DAYS:
        return days
    place = bisect(_DAYS, days)
    near = " or ".join(str(each) for each in _DAYS[max(place - 1, 0) : place + 1])
    raise typer.BadParameter(f"CloudWatch keeps logs for {near} days, not for {days}")


def concurrency(bound: int) -> int:
    if bound == 1:
        raise typer.BadParameter("Lambda takes a bound from 2 on, or 0 for none")
    return bound


def alarm_topic(topic: str) -> str:
    try:
        if not topic or Source(topic).kind == "sns":
            return topic
    except ValueError:
        pass
    raise typer.BadParameter(f"{topic!r} is no topic; write arn:aws:sns:REGION:ACCOUNT:TOPIC")
