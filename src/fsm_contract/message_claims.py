"""Suite of the port MessageSource: what settling and extending do, and for whom."""

from __future__ import annotations

import pytest

from fsm_contract import road
from fsm_contract.road import RoadSubject
from fsm_contract.suite import Suite
from fsm_ports import ACK, NACK, Defer, Delivery, Outcome, Outgoing, PortRejected


class MessageClaims(Suite):
    """Part of `MessageSourceContract`."""

    @pytest.fixture
    def subject(self) -> RoadSubject:
        raise NotImplementedError("override the fixture `subject`")

    def test_settling_has_one_result_an_item(self, subject: RoadSubject) -> None:
        road.send(subject, road.message(subject, "a"), road.message(subject, "b"))
        got = road.receive(subject, 2)
        assert len(got) == 2
        assert list(subject.source.settle(got, [ACK, NACK])) == [None, None]
        assert list(subject.source.settle([], [])) == []

    def test_acknowledged_message_is_forgotten(self, subject: RoadSubject) -> None:
        self._settle(subject, self._hold(subject), ACK)
        subject.pass_time(10 * subject.unit)
        assert road.receive(subject, 0) == []

    def test_message_not_acknowledged_is_due_again_soon(self, subject: RoadSubject) -> None:
        held = self._hold(subject, 1000 * subject.unit)
        self._settle(subject, held, NACK)
        subject.pass_time(subject.nack_wait)
        assert road.ids(road.receive(subject, 1)) == ["a"]

    def test_outcomes_belong_to_their_own_deliveries(self, subject: RoadSubject) -> None:
        road.send(subject, road.message(subject, "a"), road.message(subject, "b"))
        got = road.receive(subject, 2)
        subject.source.settle(got, [ACK, NACK])
        subject.pass_time(subject.nack_wait)
        assert [d.position for d in road.receive(subject, 1)] == [got[1].position]

    def test_deferred_message_comes_when_the_defer_says_where_the_source_can(self, subject: RoadSubject) -> None:
        held = self._hold(subject)
        self._settle(subject, held, Defer(subject.clock.now() + 5 * subject.unit))
        subject.pass_time(4 * subject.unit)
        early = road.ids(road.receive(subject, 0 if held.can_defer else 1))
        assert early == ([] if held.can_defer else ["a"])
        subject.pass_time(subject.unit)
        assert road.ids(road.receive(subject, 1)) == ["a"]

    def test_extended_claim_lasts_until_its_new_end(self, subject: RoadSubject) -> None:
        held = self._hold(subject)
        assert list(subject.source.extend([held], subject.clock.now() + 3 * subject.unit)) == [None]
        subject.pass_time(2 * subject.unit)
        assert road.receive(subject, 0) == []
        subject.pass_time(subject.unit)
        assert road.ids(road.receive(subject, 1)) == ["a"]

    def test_holder_that_extended_can_still_settle(self, subject: RoadSubject) -> None:
        held = self._hold(subject)
        subject.source.extend([held], subject.clock.now() + 3 * subject.unit)
        subject.pass_time(2 * subject.unit)
        self._settle(subject, held, ACK)
        subject.pass_time(10 * subject.unit)
        assert road.receive(subject, 0) == []

    def test_extending_a_lost_claim_is_rejected(self, subject: RoadSubject) -> None:
        lost, _ = self._lose(subject)
        (result,) = subject.source.extend([lost], subject.clock.now() + 100 * subject.unit)
        assert isinstance(result, PortRejected)

    def test_extending_a_lost_claim_does_not_move_the_new_one(self, subject: RoadSubject) -> None:
        lost, _ = self._lose(subject)
        subject.source.extend([lost], subject.clock.now() + 100 * subject.unit)
        subject.pass_time(subject.unit)
        assert road.ids(road.receive(subject, 1)) == ["a"]

    def test_acknowledgement_under_a_lost_claim_forgets_nothing(self, subject: RoadSubject) -> None:
        lost, _ = self._lose(subject)
        self._settle_late(subject, lost, ACK)
        subject.pass_time(subject.unit)
        assert road.ids(road.receive(subject, 1)) == ["a"]

    def test_nack_under_a_lost_claim_does_not_free_the_new_one(self, subject: RoadSubject) -> None:
        lost, _ = self._lose(subject, 3 * (subject.unit + subject.nack_wait))
        self._settle_late(subject, lost, NACK)
        subject.pass_time(subject.nack_wait)
        assert road.receive(subject, 0) == []

    def test_defer_under_a_lost_claim_does_not_move_the_new_one(self, subject: RoadSubject) -> None:
        lost, _ = self._lose(subject)
        self._settle_late(subject, lost, Defer(subject.clock.now() + 100 * subject.unit))
        subject.pass_time(subject.unit)
        assert road.ids(road.receive(subject, 1)) == ["a"]

    def test_new_holder_can_settle_whatever_the_old_one_tried(self, subject: RoadSubject) -> None:
        lost, held = self._lose(subject)
        self._settle_late(subject, lost, NACK)
        self._settle(subject, held, ACK)
        subject.pass_time(10 * subject.unit)
        assert road.receive(subject, 0) == []

    def test_acknowledgement_does_not_forget_what_replaced_the_message(self, subject: RoadSubject) -> None:
        """A delivery is put off by sending its message on under its claim; then it is acknowledged."""
        held = self._hold(subject)
        sent = subject.bus.send([Outgoing(held.message, receipt=held.receipt)])
        assert list(sent) == [None]
        self._settle_late(subject, held, ACK)
        assert road.ids(road.take(subject, 1)) == ["a"]

    def test_repeated_settling_changes_nothing(self, subject: RoadSubject) -> None:
        held = self._hold(subject)
        self._settle(subject, held, NACK)
        subject.pass_time(subject.nack_wait)
        road.receive(subject, 1)
        self._settle_late(subject, held, ACK)
        subject.pass_time(subject.unit)
        assert road.ids(road.receive(subject, 1)) == ["a"]

    def _hold(self, subject: RoadSubject, seconds: float = 0.0) -> Delivery:
        """Sends one message and receives it."""
        road.send(subject, road.message(subject, "a"))
        (held,) = road.receive(subject, 1, seconds)
        return held

    def _lose(self, subject: RoadSubject, seconds: float = 0.0) -> tuple[Delivery, Delivery]:
        """Two deliveries of one message: the claim of the first has passed to the second, which lasts for `seconds`."""
        lost = self._hold(subject)
        subject.pass_time(subject.unit)
        (held,) = road.receive(subject, 1, seconds)
        return lost, held

    def _settle(self, subject: RoadSubject, held: Delivery, outcome: Outcome) -> None:
        assert list(subject.source.settle([held], [outcome])) == [None]

    def _settle_late(self, subject: RoadSubject, lost: Delivery, outcome: Outcome) -> None:
        """What a late settling answers is the source's own affair; what it does is not."""
        assert len(subject.source.settle([lost], [outcome])) == 1
