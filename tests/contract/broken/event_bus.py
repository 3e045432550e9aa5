"""Wrong event buses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest

from fsm_adapters._wire.message import encode
from fsm_adapters.memory import MemoryQueue
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import EventBusContract, RoadSubject
from fsm_ports import Delivery, Instance, Outgoing, PortError, PortRejected, Sent
from tests.contract.broken.rejection import rejected_by


class OnQueue(EventBusContract):
    wrong: ClassVar[type[MemoryQueue]]

    @pytest.fixture
    def subject(self) -> RoadSubject:
        clock = VirtualClock()
        queue = self.wrong(clock)
        return RoadSubject(clock=clock, bus=queue, source=queue)


@rejected_by(OnQueue, "test_every_message_of_a_large_batch_is_delivered")
class SendsTheFirstTenOnly(MemoryQueue):
    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        return [*super().send(messages[:10]), *[None] * len(messages[10:])]


@rejected_by(OnQueue, "test_size_is_counted_in_bytes_not_in_characters")
class CountsCharacters(MemoryQueue):
    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        results = list[Sent]()
        for outgoing in messages:
            if len(encode(outgoing.message)) > self.max_bytes:
                results.append(PortRejected("too many characters"))
            else:
                limit, self.max_bytes = self.max_bytes, 10**9
                results += super().send([outgoing])
                self.max_bytes = limit
        return results


@rejected_by(OnQueue, "test_results_come_in_order_and_one_failure_fails_no_other")
class FailsTheWholeBatch(MemoryQueue):
    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        if any(len(encode(outgoing.message)) > self.max_bytes for outgoing in messages):
            return [PortRejected("the batch is too large")] * len(messages)
        return super().send(messages)


@rejected_by(
    OnQueue,
    "test_message_beyond_max_bytes_is_rejected",
    "test_results_come_in_order_and_one_failure_fails_no_other",
    "test_size_is_counted_in_bytes_not_in_characters",
)
class DropsWhatIsTooLarge(MemoryQueue):
    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        super().send(messages)
        return [None] * len(messages)


@rejected_by(OnQueue, "test_message_sent_on_is_delivered_as_it_was_sent")
class ForgetsThePosition(MemoryQueue):
    """So nobody may emit again once the message was sent on."""

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        return super().send([_without_position(outgoing) for outgoing in messages])


@rejected_by(OnQueue, "test_changing_the_batch_after_the_call_changes_nothing")
class EncodesLate(MemoryQueue):
    """Keeps the caller's list, and looks at it when somebody receives."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self._late = list[Sequence[Outgoing]]()

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        if len(messages) != 1 or len(encode(messages[0].message)) > 1000:
            return super().send(messages)
        self._late.append(messages)
        return [None]

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        for messages in self._late:
            super().send(messages)
        self._late.clear()
        return super().receive(limit, visible_until)


@rejected_by(OnQueue, "test_not_before_delays_a_message_but_never_loses_it")
class LosesWhatHasToWait(MemoryQueue):
    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        results = [super(LosesWhatHasToWait, self).send([m]) for m in messages if m.not_before <= self._clock.now()]
        return [result[0] for result in results] or [None] * len(messages)


def _without_position(outgoing: Outgoing) -> Outgoing:
    if isinstance(outgoing.message, Instance):
        return outgoing._replace(message=outgoing.message._replace(position=""))
    return outgoing
