"""The work of the original's machine, as `benchmarks.machines.count` does it."""

from __future__ import annotations


class Count:
    """An action as the original loads it: a class that is made with its own path."""

    def __init__(self, name: str) -> None:
        self.name = name

    def execute(self, context: dict[str, object], obj: object) -> str:
        counted = context["count"]
        if not isinstance(counted, int):
            raise TypeError(f"count is {counted!r}, not a whole number")
        context["count"] = counted + 1
        return "next"
