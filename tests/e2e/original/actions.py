"""Actions for the original framework, which run under this one as they are: classes with ``execute(context, obj)``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class Action:
    """As the original makes them: from the name that stands in its configuration."""

    def __init__(self, name: str) -> None:
        self.name = name


class Count(Action):
    """Notes the step it runs in, and says when there were enough."""

    def execute(self, context: Any, obj: Any) -> str:  # noqa: ANN401 - the one framework's context or the other's
        if context.steps == context.get("fail_at") and context.retries == 0:
            raise TimeoutError("no answer yet")
        context["trail"] = [*context.get("trail", []), context.steps]
        return "again" if len(context["trail"]) < 8 else "done"


class Report(Action):
    """Writes down what the machine has done."""

    def execute(self, context: Any, obj: Any) -> None:  # noqa: ANN401 - as above
        Path(context["report"]).write_text(json.dumps(context["trail"]), encoding="utf-8")
