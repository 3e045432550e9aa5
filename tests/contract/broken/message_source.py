"""Wrong message sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest

from fsm_adapters.memory import MemoryQueue, MemoryRetryTable
from fsm_adapters.memory.shelf import Receipt
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import MessageSourceContract, RoadSubject
from fsm_ports import ACK, NACK, Defer, Delivery, Outcome, PortError, Sent, Unreadable
from tests.contract.broken.rejection import rejected_by


class OnQueue(MessageSourceContract):
    wrong: ClassVar[type[MemoryQueue] | type[MemoryRetryTable]]
    alone: ClassVar[bool] = False

    @pytest.fixture
    def subject(self) -> RoadSubject:
        clock = VirtualClock()
        source = self.wrong(clock)
        return RoadSubject(clock=clock, bus=source, source=source, alone=self.alone)


class OnTable(OnQueue):
    alone = True


@rejected_by(
    OnQueue,
    "test_acknowledgement_under_a_lost_claim_forgets_nothing",
    "test_repeated_settling_changes_nothing",
)
class AcknowledgesByPosition(MemoryQueue):
    """Forgets the message whoever holds it now."""

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        for delivery, outcome in zip(deliveries, outcomes, strict=True):
            receipt = delivery.receipt
            if outcome is ACK and isinstance(receipt, Receipt) and receipt.key in self._shelf._entries:
                self._shelf.discard(receipt.key)
        return super().settle(deliveries, outcomes)


@rejected_by(OnTable, "test_acknowledgement_does_not_forget_what_replaced_the_message")
class ForgetsWhateverIsUnderTheKey(MemoryRetryTable):
    """A retry sent meanwhile under the same key is lost."""

    def _key(self, message: object) -> str:
        return str(getattr(message, "correlation_id", message))

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        for delivery, outcome in zip(deliveries, outcomes, strict=True):
            receipt = delivery.receipt
            entry = self._shelf._entries.get(receipt.key) if isinstance(receipt, Receipt) else None
            if outcome is ACK and entry is not None and entry.claim == 0 and entry.received == 0:
                self._shelf.discard(receipt.key if isinstance(receipt, Receipt) else None)
        return super().settle(deliveries, outcomes)


@rejected_by(OnQueue, "test_position_is_the_same_at_every_delivery", "test_outcomes_belong_to_their_own_deliveries")
class NamesEachDelivery(MemoryQueue):
    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        batch = super().receive(limit, visible_until)
        return batch if isinstance(batch, PortError) else [d._replace(position=f"{d.receipt}") for d in batch]


@rejected_by(OnQueue, "test_no_two_messages_bear_one_position")
class NamesTheStep(MemoryQueue):
    """A second message for one step looks like the first one's repeat."""

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        batch = super().receive(limit, visible_until)
        if isinstance(batch, PortError):
            return batch
        return [d if isinstance(d.message, Unreadable) else d._replace(position=f"{d.message.step}") for d in batch]


@rejected_by(
    OnQueue,
    "test_delivery_after_a_claim_that_ran_out_says_that_its_holder_may_have_died",
    "test_messages_whose_holder_may_have_died_come_alone_where_the_source_can",
)
class TellsOfNoDeath(MemoryQueue):
    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        batch = super().receive(limit, visible_until)
        return batch if isinstance(batch, PortError) else [d._replace(maybe_died=False) for d in batch]


@rejected_by(OnTable, "test_messages_whose_holder_may_have_died_come_alone_where_the_source_can")
class MixesSuspectsWithOthers(MemoryRetryTable):
    """Says that it hands them out alone, and does not."""

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        got = list[Delivery]()
        while len(got) < limit and (batch := super().receive(limit - len(got), visible_until)):
            got += [] if isinstance(batch, PortError) else batch
        return got


@rejected_by(OnQueue, "test_no_more_than_the_limit_is_handed_out")
class IgnoresTheLimit(MemoryQueue):
    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        return super().receive(10, visible_until)


@rejected_by(
    OnQueue,
    "test_message_not_acknowledged_is_due_again_soon",
    "test_outcomes_belong_to_their_own_deliveries",
    "test_position_is_the_same_at_every_delivery",
    "test_repeated_settling_changes_nothing",
)
class ForgetsWhatFailed(MemoryQueue):
    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        return super().settle(deliveries, [ACK if outcome is NACK else outcome for outcome in outcomes])


@rejected_by(OnQueue, "test_deferred_message_comes_when_the_defer_says_where_the_source_can")
class PutsNothingOff(MemoryQueue):
    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        return super().settle(deliveries, [NACK if isinstance(outcome, Defer) else outcome for outcome in outcomes])


@rejected_by(OnQueue, "test_extending_a_lost_claim_is_rejected")
class ExtendsInSilence(MemoryQueue):
    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        super().extend(deliveries, visible_until)
        return [None] * len(deliveries)
