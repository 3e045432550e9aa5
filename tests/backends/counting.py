"""Counts the requests that boto3 clients send."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from threading import Lock

from botocore.client import BaseClient

from tests.backends.hooks import Hook, attached, attached_to_all, service_of


class Calls:
    """Requests by service and operation, such as ``sqs.SendMessageBatch``; each attempt of a call is one.

    Also one that never gets to the service: a time-out, a fault that a test puts in.
    """

    def __init__(self) -> None:
        self.by_operation: Counter[str] = Counter()
        self._lock = Lock()

    def hooks(self, client: BaseClient) -> Mapping[str, Hook]:
        return {f"request-created.{service_of(client)}": self._count}

    def total(self, *names: str) -> int:
        """Of these operations, or of all operations of these services; without any, of everything."""
        with self._lock:
            counted = dict(self.by_operation)
        return sum(count for name, count in counted.items() if not names or {name, name.split(".")[0]} & {*names})

    def clear(self) -> None:
        with self._lock:
            self.by_operation.clear()

    def _count(self, event_name: str, **_: object) -> None:
        with self._lock:
            self.by_operation[event_name.removeprefix("request-created.")] += 1


@contextmanager
def counted(*clients: BaseClient) -> Generator[Calls]:
    """The requests of these clients; without any, of every client that is made meanwhile."""
    calls = Calls()
    with attached(calls, *clients) if clients else attached_to_all(calls):
        yield calls
