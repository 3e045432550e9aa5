"""``arn:aws:kinesis:...``: a data stream."""

from __future__ import annotations

from fsm_adapters.kinesis.event_bus import KinesisEventBus
from fsm_adapters.kinesis.history_log import KinesisHistoryLog
from fsm_adapters.kinesis.message_source import KinesisMessageSource
from fsm_adapters.kinesis.retry_scheduler import KinesisRetryScheduler
from fsm_bootstrap.aws import attempts, clients
from fsm_bootstrap.lazy_source import LazySource
from fsm_bootstrap.offers import Retry, Stream
from fsm_bootstrap.positions import positions
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.event_bus import EventBus
from fsm_ports.history_log import HistoryLog
from fsm_ports.message_source import MessageSource


def stream(source: Source, supplies: Supplies) -> Stream:
    return Stream(_bus(source, supplies), _source(source, supplies))


def retry(source: Source, supplies: Supplies) -> Retry:
    client = clients(source, supplies).kinesis(source.region, attempts("retry", supplies))
    return Retry(KinesisRetryScheduler(client, source, source=source), _source(source, supplies))


def dead_letter(source: Source, supplies: Supplies) -> EventBus:
    return _bus(source, supplies)


def history(source: Source, supplies: Supplies) -> HistoryLog:
    client = clients(source, supplies).kinesis(source.region, attempts=2)
    return KinesisHistoryLog(client, source, source=source, clock=supplies.clock)


def _bus(source: Source, supplies: Supplies) -> KinesisEventBus:
    client = clients(source, supplies).kinesis(source.region, attempts("stream", supplies))
    return KinesisEventBus(client, source, source=source)


def _source(source: Source, supplies: Supplies) -> MessageSource | None:
    if supplies.settings.on_lambda:
        return None
    return supplies.shared(LazySource, source, lambda: LazySource(lambda: _polled(source, supplies)))


def _polled(source: Source, supplies: Supplies) -> KinesisMessageSource:
    return KinesisMessageSource(
        clients(source, supplies).kinesis(source.region, attempts=2),
        source,
        source=source,
        positions=positions(supplies),
        clock=supplies.clock,
        random=supplies.random,
    )
