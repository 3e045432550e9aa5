"""An operation by which an AWS adapter changes something, with a way to see what it has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from botocore.client import BaseClient

from fsm_contract import samples
from fsm_ports import (
    Clock,
    Delivery,
    EventBus,
    Instance,
    MessageSource,
    Outgoing,
    PortError,
)
from tests.backends.backend import Backend

SOURCE: Final = "arn:aws:service:us-east-1:123456789012:orders"
NOW: Final = 1_700_000_000.0
HELD: Final = 30.0
"""Seconds for which a message is held before it is settled or extended."""


@dataclass(frozen=True)
class Service:
    """Things are known by names, each of which is put once."""

    put: Callable[[Sequence[str]], Sequence[object]]
    """Changes something for each name; its results."""
    changed: Callable[[], set[str]]
    """The names for which something is changed."""
    client: BaseClient
    """Through which it is put."""


Make = Callable[[Backend, Sequence[str]], Service]
"""Makes one, for which the names are prepared."""


def sending(bus: EventBus, there: Callable[[], set[str]], client: BaseClient) -> Service:
    def put(names: Sequence[str]) -> Sequence[object]:
        return bus.send([Outgoing(samples.record(name, NOW)) for name in names])

    return Service(put, there, client)


def deliveries(source: MessageSource, clock: Clock) -> Sequence[Delivery]:
    """All that is due; of a source that hands out some alone, in several answers."""
    found: list[Delivery] = []
    while got := source.receive(200, clock.now() + HELD):
        assert not isinstance(got, PortError), got
        found += got
    return found


def name_of(delivery: Delivery) -> str:
    assert isinstance(delivery.message, Instance)
    return delivery.message.correlation_id
