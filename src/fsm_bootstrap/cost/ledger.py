"""What was asked of each service."""

from __future__ import annotations

from collections import Counter
from typing import Final

KB: Final = 1024


class Ledger:
    """Requests by service and operation, and what a bill counts instead, by unit."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        """By service and operation, such as ``sqs.SendMessageBatch``."""
        self.units: Counter[str] = Counter()
        """By unit of the price table, such as ``dynamodb.write_unit``."""
        self.polls: Counter[str] = Counter()
        """Requests that ask for messages and tell what is done: on Lambda the service makes them, and bills them."""

    def call(self, operation: str, count: int = 1) -> None:
        self.calls[operation] += count

    def poll(self, operation: str, count: int = 1) -> None:
        self.polls[operation] += count

    def bill(self, unit: str, count: int) -> None:
        self.units[unit] += count

    def calls_by_service(self) -> dict[str, int]:
        """Requests of the framework itself; polling is not among them."""
        return _by_service(self.calls)

    def polls_by_service(self) -> dict[str, int]:
        return _by_service(self.polls)


def pieces(size: int, of: int) -> int:
    """How many units of so many bytes something of this size counts for: at least one."""
    return max(1, -(-size // of))


def _by_service(counts: Counter[str]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for operation, count in counts.items():
        total[operation.partition(".")[0]] += count
    return dict(total)
