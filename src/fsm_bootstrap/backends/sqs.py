"""``arn:aws:sqs:...``: a queue, standard or FIFO."""

from __future__ import annotations

from fsm_adapters.sqs.event_bus import SqsEventBus
from fsm_adapters.sqs.message_source import SqsMessageSource
from fsm_adapters.sqs.queue import is_fifo
from fsm_adapters.sqs.retry_scheduler import SqsRetryScheduler
from fsm_bootstrap.aws import Rank, attempts, clients
from fsm_bootstrap.offers import Retry, Stream
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.event_bus import EventBus
from fsm_ports.message_source import MessageSource


def stream(source: Source, supplies: Supplies) -> Stream:
    bus = _bus(source, supplies, "stream")
    holding = None if is_fifo(source) else _scheduler(source, supplies, "stream")
    return Stream(bus, queue_source(source, supplies), holding)


def retry(source: Source, supplies: Supplies) -> Retry:
    return Retry(_scheduler(source, supplies, "retry"), queue_source(source, supplies))


def dead_letter(source: Source, supplies: Supplies) -> EventBus:
    return _bus(source, supplies, "stream")


def queue_source(source: Source, supplies: Supplies) -> MessageSource | None:
    """The queue as a worker polls it: one poller, whether it is stream or retry source or both."""
    if supplies.settings.on_lambda:
        return None
    return supplies.shared(SqsMessageSource, source, lambda: polled(source, supplies))


def polled(source: Source, supplies: Supplies) -> SqsMessageSource:
    return SqsMessageSource(
        clients(source, supplies).sqs(source.region, attempts=2),
        supplies.settings.queue(source),
        source=source,
        clock=supplies.clock,
        wait_seconds=supplies.settings.poll_seconds,
    )


def _bus(source: Source, supplies: Supplies, port: Rank) -> SqsEventBus:
    client = clients(source, supplies).sqs(source.region, attempts(port, supplies))
    queue = supplies.settings.queue(source)
    return SqsEventBus(client, queue, source=source, clock=supplies.clock, random=supplies.random)


def _scheduler(source: Source, supplies: Supplies, port: Rank) -> SqsRetryScheduler:
    client = clients(source, supplies).sqs(source.region, attempts(port, supplies))
    queue = supplies.settings.queue(source)
    return SqsRetryScheduler(client, queue, source=source, clock=supplies.clock, random=supplies.random)
