"""``arn:aws:sns:...``: a topic.  Lambda receives by a subscription; a worker polls a queue that subscribes."""

from __future__ import annotations

from fsm_adapters.sns.event_bus import SnsEventBus
from fsm_adapters.sns.message_source import SnsMessageSource
from fsm_adapters.sns.retry_scheduler import SnsRetryScheduler
from fsm_bootstrap.aws import attempts, clients
from fsm_bootstrap.backends.sqs import polled
from fsm_bootstrap.offers import Retry, Stream
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.event_bus import EventBus
from fsm_ports.message_source import MessageSource


def stream(source: Source, supplies: Supplies) -> Stream:
    return Stream(_bus(source, supplies), _source(source, supplies))


def retry(source: Source, supplies: Supplies) -> Retry:
    client = clients(source, supplies).sns(source.region, attempts("retry", supplies))
    scheduler = SnsRetryScheduler(client, source, source=source, random=supplies.random)
    return Retry(scheduler, _source(source, supplies))


def dead_letter(source: Source, supplies: Supplies) -> EventBus:
    return _bus(source, supplies)


def _bus(source: Source, supplies: Supplies) -> SnsEventBus:
    client = clients(source, supplies).sns(source.region, attempts("stream", supplies))
    return SnsEventBus(client, source, source=source, random=supplies.random)


def _source(source: Source, supplies: Supplies) -> MessageSource | None:
    if supplies.settings.on_lambda:
        return None
    client = clients(source, supplies).sns(source.region, attempts=2)
    return supplies.shared(
        SnsMessageSource,
        source,
        lambda: SnsMessageSource(client, source, lambda queue: polled(Source(queue), supplies), source=source),
    )
