"""Roads that record what they carry."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_ports.errors import PortError
from fsm_ports.instance import Instance, Status
from fsm_ports.messages import Outgoing
from fsm_ports.results import Sent
from fsm_ports.retry_scheduler import RetryScheduler


class RecordedRoad(RetryScheduler):
    """Accepts everything, or answers `error`."""

    def __init__(self, max_delay: float = 0.0, max_bytes: int = 1_000_000, error: PortError | None = None) -> None:
        self.max_delay, self.max_bytes, self.error = max_delay, max_bytes, error
        self.carried: list[Outgoing] = []
        self.calls = 0

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        self.calls += 1
        if self.error is None:
            self.carried += messages
        return [self.error] * len(messages)


def instance(context: str | None = "{}") -> Instance:
    return Instance("m", "id", "d", 1, Status.RUNNING, False, "s", "e", context)
