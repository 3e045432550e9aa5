"""One table in several regions, asked where it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from fsm_ports import Clock, OutcomeUnknown, PortError, PortUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

T = TypeVar("T")

COOL_DOWN: Final = 10.0
"""Seconds for which a region that did not answer is asked last."""


class Replicas:
    """The clients of a table's regions, the nearest first.

    All of them have to show one register: a global table with strong consistency (MRSC), never one whose last writer
    wins.  Then a conditional write whose outcome is unknown may be repeated in the next region: if it did take place,
    the condition refuses it there, and shows the record that it made.
    """

    def __init__(self, clients: Sequence[Callable[[], DynamoDBClient]], clock: Clock) -> None:
        self._clients, self._clock = tuple(clients), clock
        self._cool_until = [0.0] * len(clients)

    def ask(self, call: Callable[[DynamoDBClient], T | PortError]) -> T | PortError:
        """The first answer that is no outage; else an unknown outcome, if there was one, else the last refusal."""
        unknown: PortError | None = None
        failure: PortError = PortUnavailable("no region is set up")
        for number in self._order():
            answer = call(self._clients[number]())
            if not isinstance(answer, PortUnavailable | OutcomeUnknown):
                self._cool_until[number] = 0.0
                return answer
            if len(self._clients) > 1:
                self._cool_until[number] = self._clock.now() + COOL_DOWN
            failure = answer
            unknown = answer if isinstance(answer, OutcomeUnknown) else unknown
        return unknown or failure

    def _order(self) -> Sequence[int]:
        if len(self._clients) == 1:
            return (0,)
        now = self._clock.now()
        return sorted(range(len(self._clients)), key=lambda number: self._cool_until[number] > now)
