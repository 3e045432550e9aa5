"""Suite of the port MessageSource: what is delivered, to whom, and when."""

from __future__ import annotations

import pytest

from fsm_contract import road
from fsm_contract.message_claims import MessageClaims
from fsm_contract.road import RoadSubject
from fsm_contract.suite import at_once
from fsm_ports import ACK, NACK, Delivery, PortError, Unreadable


class MessageSourceContract(MessageClaims):
    """Override `subject`; its bus puts on the road what the source is expected to deliver."""

    @pytest.fixture
    def subject(self) -> RoadSubject:
        raise NotImplementedError("override the fixture `subject`")

    def test_subject_holds_the_adapter_that_the_suite_names(self, subject: RoadSubject) -> None:
        self.check_adapter(subject.source)

    def test_empty_road_delivers_nothing(self, subject: RoadSubject) -> None:
        assert road.receive(subject, 0) == []

    def test_no_more_than_the_limit_is_handed_out(self, subject: RoadSubject) -> None:
        road.send(subject, *(road.message(subject, name) for name in "abcde"))
        batch = subject.source.receive(2, subject.clock.now() + subject.unit)
        assert not isinstance(batch, PortError)
        assert len(batch) <= 2

    def test_what_the_limit_leaves_comes_later(self, subject: RoadSubject) -> None:
        road.send(subject, *(road.message(subject, name) for name in "abcde"))
        got: list[Delivery] = []
        for _ in range(5):
            batch = road.receive(subject, 1, limit=2)
            subject.source.settle(batch, [ACK] * len(batch))
            got += batch
        assert road.ids(got) == list("abcde")

    def test_delivered_message_is_hidden_from_other_receivers(self, subject: RoadSubject) -> None:
        road.send(subject, road.message(subject, "a"), road.message(subject, "b"))
        assert road.ids(road.receive(subject, 2)) == ["a", "b"]
        subject.pass_time(subject.unit * 0.8)
        assert road.receive(subject, 0) == []

    def test_message_neither_settled_nor_extended_is_delivered_again(self, subject: RoadSubject) -> None:
        road.send(subject, road.message(subject, "a"))
        road.receive(subject, 1)
        subject.pass_time(subject.unit)
        assert road.ids(road.receive(subject, 1)) == ["a"]

    def test_first_delivery_tells_of_no_death(self, subject: RoadSubject) -> None:
        road.send(subject, road.message(subject, "a"))
        assert [d.maybe_died for d in road.receive(subject, 1)] == [False]

    def test_delivery_after_a_claim_that_ran_out_says_that_its_holder_may_have_died(self, subject: RoadSubject) -> None:
        road.send(subject, road.message(subject, "a"))
        road.receive(subject, 1)
        subject.pass_time(subject.unit)
        assert [d.maybe_died for d in road.receive(subject, 1)] == [True]

    def test_messages_whose_holder_may_have_died_come_alone_where_the_source_can(self, subject: RoadSubject) -> None:
        road.send(subject, *(road.message(subject, name) for name in "abc"))
        assert len(road.receive(subject, 3)) == 3
        subject.pass_time(subject.unit)
        road.send(subject, road.message(subject, "d"))
        batches = [road.receive(subject, 1, 100 * subject.unit) for _ in range(4)]
        again = [batch for batch in batches if any(d.maybe_died for d in batch)]
        assert road.ids([d for batch in again for d in batch if d.maybe_died]) == list("abc")
        assert [len(batch) for batch in again] == [1, 1, 1] or not subject.alone

    def test_source_that_counts_deliveries_counts_each(self, subject: RoadSubject) -> None:
        road.send(subject, road.message(subject, "a"))
        (first,) = road.receive(subject, 1)
        subject.pass_time(subject.unit)
        (second,) = road.receive(subject, 1)
        assert (first.received, second.received) in [(0, 0), (1, 2)]

    def test_position_is_the_same_at_every_delivery(self, subject: RoadSubject) -> None:
        road.send(subject, road.message(subject, "a"))
        (first,) = road.receive(subject, 1)
        subject.pass_time(subject.unit)
        (second,) = road.receive(subject, 1)
        subject.source.settle([second], [NACK])
        subject.pass_time(subject.nack_wait)
        (third,) = road.receive(subject, 1)
        assert first.position == second.position == third.position != ""

    def test_no_two_messages_bear_one_position(self, subject: RoadSubject) -> None:
        road.send(subject, *(road.message(subject, f"m-{n}", n % 2) for n in range(12)))
        positions = [d.position for d in road.take(subject, 12)]
        road.send(subject, *(road.message(subject, f"n-{n}") for n in range(3)))
        positions += [d.position for d in road.take(subject, 3)]
        assert len(set(positions)) == len(positions) == 15

    def test_text_that_cannot_be_decoded_is_delivered_as_unreadable(self, subject: RoadSubject) -> None:
        road.spoil(subject, '{"version": ')
        (delivery,) = road.receive(subject, 1)
        assert isinstance(delivery.message, Unreadable)
        assert delivery.message.reason != ""

    def test_unreadable_text_holds_up_no_other_message(self, subject: RoadSubject) -> None:
        road.spoil(subject, '{"version": ')
        road.send(subject, road.message(subject, "a"))
        assert road.ids(road.take(subject, 2)) == ["a"]

    def test_receivers_at_one_moment_share_the_messages_out(self, subject: RoadSubject) -> None:
        names = [f"m-{n}" for n in range(8)]
        road.send(subject, *(road.message(subject, name) for name in names))
        until = subject.clock.now() + 100 * subject.unit
        batches = at_once(8, lambda _: subject.source.receive(2, until))
        got = [d for batch in batches if not isinstance(batch, PortError) for d in batch]
        assert len(got) == len(road.ids(got))
