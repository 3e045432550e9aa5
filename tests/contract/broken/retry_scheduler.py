"""Wrong retry schedulers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

import pytest

from fsm_adapters.memory import MemoryQueue, MemoryRetryTable
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import RetrySchedulerContract, RetrySubject
from fsm_ports import Instance, Message, Outgoing, PortRejected, Sent
from tests.contract.broken.rejection import rejected_by


class OnTable(RetrySchedulerContract):
    wrong: ClassVar[type[MemoryRetryTable]]

    @pytest.fixture
    def subject(self) -> RetrySubject:
        clock = VirtualClock()
        table = self.wrong(clock)
        return RetrySubject(clock=clock, bus=table, source=table)


class OnQueue(RetrySchedulerContract):
    wrong: ClassVar[type[MemoryQueue]]

    @pytest.fixture
    def subject(self) -> RetrySubject:
        clock = VirtualClock()
        queue = self.wrong(clock)
        return RetrySubject(clock=clock, bus=queue, source=queue)


@rejected_by(OnTable, "test_fresh_messages_of_one_step_are_two_deliveries")
class GivesFreshMessagesOneKey(MemoryRetryTable):
    def _key(self, message: Message) -> Hashable:
        if isinstance(message, Instance):
            return message.correlation_id, message.step, message.position, message.retries
        return super()._key(message)


@rejected_by(OnTable, "test_messages_of_one_step_from_two_deliveries_are_two_deliveries")
class LeavesThePositionOutOfTheKey(MemoryRetryTable):
    def _key(self, message: Message) -> Hashable:
        if isinstance(message, Instance) and message.position:
            return message.correlation_id, message.step, message.retries
        return super()._key(message)


@rejected_by(OnTable, "test_messages_of_one_delivery_with_two_retry_numbers_are_two_deliveries")
class LeavesTheRetryNumberOutOfTheKey(MemoryRetryTable):
    def _key(self, message: Message) -> Hashable:
        if isinstance(message, Instance) and message.position:
            return message.correlation_id, message.step, message.position
        return super()._key(message)


@rejected_by(OnTable, "test_time_is_kept_for_each_message_of_a_batch")
class GivesTheWholeBatchOneTime(MemoryRetryTable):
    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        return super().send([outgoing._replace(not_before=messages[0].not_before) for outgoing in messages])


@rejected_by(
    OnTable,
    "test_message_is_not_delivered_before_its_time",
    "test_time_is_kept_for_each_message_of_a_batch",
    "test_wait_that_is_cut_is_not_cut_shorter",
)
class DeliversAtOnce(MemoryRetryTable):
    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        return super().send([outgoing._replace(not_before=0.0) for outgoing in messages])


@rejected_by(OnQueue, "test_longer_wait_is_cut_to_max_delay")
class RejectsLongWaits(MemoryQueue):
    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        if any(outgoing.not_before > self._clock.now() + self.max_delay for outgoing in messages):
            return [PortRejected("too long a delay")] * len(messages)
        return super().send(messages)


@rejected_by(OnQueue, "test_wait_that_is_cut_is_not_cut_shorter")
class DeliversLongWaitsAtOnce(MemoryQueue):
    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        longest = self._clock.now() + self.max_delay
        return super().send([m._replace(not_before=m.not_before if m.not_before <= longest else 0.0) for m in messages])
