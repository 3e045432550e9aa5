"""Actions in the style of the original framework: classes with execute(context, obj).

They may also be subclasses of aws_lambda_fsm.action.Action, where that package is installed.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsm_bootstrap.yaml.legacy_context import Context

HANDOVERS = 120


class Unlucky(Exception):
    """What half of all actions raise."""


class Toss:
    """Tosses a coin, and raises if it shows tails."""

    def __init__(self, name: str) -> None:
        self.name = name

    def execute(self, context: Context, obj: dict[str, object]) -> str | None:
        # The coin falls alike whenever the same machine runs the same step again, but anew for each retry of it.
        coin = random.Random(f"{context.correlation_id} {context.steps} {context.retries} {self.name}")
        if coin.random() < 0.5:
            raise Unlucky(f"{self.name}: bad luck in step {context.steps}, retry {context.retries}")
        return None


class Increment(Toss):
    """Counts the visits, and says when there were enough."""

    def execute(self, context: Context, obj: dict[str, object]) -> str | None:
        super().execute(context, obj)
        context["count"] = context.get("count", 0) + 1
        return "again" if context["count"] <= HANDOVERS else "done"
