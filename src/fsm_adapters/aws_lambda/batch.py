"""A batch of records, handled, and the answer that Lambda understands."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol, TypedDict, cast

from fsm_adapters._aws.comeback import comeback
from fsm_adapters.aws_lambda.records import COUNTS, DecodeImage, Read, Record, Service, read, service_of
from fsm_ports.clock import Clock
from fsm_ports.event_handler import EventHandler
from fsm_ports.messages import ACK, Defer, Delivery, Outcome, Unreadable

_log = logging.getLogger(__name__)

OLD: Final = 5.0
"""Seconds after which a record of a service that does not count may have killed an earlier holder."""
_REMEMBERED: Final = 10_000
"""Positions that a process remembers, to tell a record that it was given before."""


class Invocation(Protocol):
    """What is used of the context object that Lambda gives to a handler."""

    def get_remaining_time_in_millis(self) -> int: ...


class PutOff(Protocol):
    """Lets a message of an SQS queue come back after so many seconds; best effort."""

    def __call__(self, queue_arn: str, receipt_handle: str, seconds: float) -> None: ...


class ItemFailure(TypedDict):
    itemIdentifier: str


class Answer(TypedDict):
    """A partial batch answer: what Lambda is to deliver again (``ReportBatchItemFailures``)."""

    batchItemFailures: list[ItemFailure]


class NotDone(Exception):
    """Raised to make Lambda invoke the function again: an asynchronous invocation's answer is ignored."""


class _Item(NamedTuple):
    read: Read
    delivery: Delivery


class Batches:
    """Hands the records of one invocation to the handler.

    A record that the answer could not name (it lacks its identifier) fails the whole batch: nothing else would keep it.
    A process remembers what it was given, so that a record which comes again is handled with care.
    """

    def __init__(
        self, handler: EventHandler, clock: Clock, decode_image: DecodeImage, put_off: PutOff | None = None
    ) -> None:
        self._handler, self._clock, self._decode_image, self._put_off = handler, clock, decode_image, put_off
        self._given: OrderedDict[str, None] = OrderedDict()

    def handle(self, records: Sequence[Record], invocation: Invocation) -> Answer:
        """The failures of this batch; empty: all is done.

        Raises:
            NotDone: records of SNS are not done, or some record cannot even be named.
        """
        items = [item for record in records if (item := self._item(record, invocation)) is not None]
        deadline = self._clock.now() + invocation.get_remaining_time_in_millis() / 1000.0
        outcomes = self._handler.handle([item.delivery for item in items], deadline)
        failed = [item for item, outcome in zip(items, outcomes, strict=True) if outcome is not ACK]
        for item, outcome in zip(items, outcomes, strict=True):
            self._wait(item, outcome)
        if any(item.read.service is Service.SNS for item in failed):
            raise NotDone(f"{len(failed)} of {len(items)} messages of SNS are to be delivered again")
        return {"batchItemFailures": [{"itemIdentifier": item.read.identifier} for item in failed]}

    def _item(self, record: Record, invocation: Invocation) -> _Item | None:
        service = service_of(record)
        if service is None:
            _log.error("a record of %r carries no messages here: skipped", record.get("eventSource"))
            return None
        try:
            found = read(service, record, self._decode_image)
        except (KeyError, TypeError, ValueError) as error:
            raise NotDone(f"a record of {service.value} that no answer can name: {error!r}") from error
        if found is None:
            return None
        return _Item(found, self._delivery(found, record, invocation))

    def _delivery(self, found: Read, record: Record, invocation: Invocation) -> Delivery:
        maybe_died = self._may_have_had_a_holder(found)
        can_defer = self._put_off is not None and found.service is Service.SQS
        return Delivery(
            found.message, found.receipt_handle, found.position, found.received, maybe_died, can_defer, record,
            invocation,
        )  # fmt: skip

    def _may_have_had_a_holder(self, found: Read) -> bool:
        if found.service in COUNTS:
            return found.received > 1
        given_before = found.position in self._given
        self._given[found.position] = None
        if len(self._given) > _REMEMBERED:
            self._given.popitem(last=False)
        return given_before or self._clock.now() - found.sent_at > OLD

    def _wait(self, item: _Item, outcome: Outcome) -> None:
        """SQS delivers a failed message again when its visibility ends: minutes, unless it is told otherwise."""
        if outcome is ACK or self._put_off is None or item.read.service is not Service.SQS:
            return
        if isinstance(item.delivery.message, Unreadable):
            return  # nothing is in a hurry, and its receive count decides
        seconds = outcome.until - self._clock.now() if isinstance(outcome, Defer) else comeback(item.read.received)
        self._put_off(item.read.source_arn, item.read.receipt_handle, max(0.0, seconds))


def records_of(event: Mapping[str, object]) -> Sequence[Record] | None:
    """The records of an event; None: it is no batch."""
    found = event.get("Records")
    return cast("list[Record]", found) if isinstance(found, list) else None
