"""What a source offers to the wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fsm_ports.event_bus import EventBus
from fsm_ports.message_source import MessageSource
from fsm_ports.retry_scheduler import RetryScheduler

if TYPE_CHECKING:
    from fsm_adapters.chaos.chaos import Chaos


class Stream(NamedTuple):
    """What a stream source offers."""

    bus: EventBus
    source: MessageSource | None = None
    """Where a worker polls; None: the service calls (a Lambda function, say)."""
    scheduler: RetryScheduler | None = None
    """The same back end as a road that can hold messages; None: it cannot."""

    def faulty(self, chaos: Chaos) -> Stream:
        """The same with faults on purpose."""
        from fsm_adapters.chaos.event_bus import ChaosEventBus
        from fsm_adapters.chaos.retry_scheduler import ChaosRetryScheduler

        holding = self.scheduler
        return Stream(
            ChaosEventBus(self.bus, chaos),
            _faulty_source(self.source, chaos),
            None if holding is None else ChaosRetryScheduler(holding, chaos),
        )


class Retry(NamedTuple):
    """What a retry source offers."""

    scheduler: RetryScheduler
    source: MessageSource | None = None
    """Where a worker, or a timer of Lambda, polls what is due; None: the service itself delivers it."""

    def faulty(self, chaos: Chaos) -> Retry:
        """The same with faults on purpose."""
        from fsm_adapters.chaos.retry_scheduler import ChaosRetryScheduler

        return Retry(ChaosRetryScheduler(self.scheduler, chaos), _faulty_source(self.source, chaos))


def _faulty_source(source: MessageSource | None, chaos: Chaos) -> MessageSource | None:
    from fsm_adapters.chaos.message_source import ChaosMessageSource

    return None if source is None else ChaosMessageSource(source, chaos)
