"""The work of the original's machine: it takes its time, and tells the simulation that it runs."""

from __future__ import annotations

from typing import Any, Protocol


class Workshop(Protocol):
    """The simulation, as actions see it."""

    def work(self, correlation_id: str, step: int, retries: int) -> None: ...


class Work:
    """An action as the original loads it: a class that is made with its own path."""

    workshop: Workshop

    def __init__(self, name: str) -> None:
        self.name = name

    def execute(self, context: Any, obj: object) -> str:  # noqa: ANN401 - the original has no types
        Work.workshop.work(context.correlation_id, context.steps, context.retries)
        return "next"
