"""Suite of the port EventBus."""

from __future__ import annotations

import pytest

from fsm_contract import road, samples
from fsm_contract.road import RoadSubject
from fsm_contract.suite import Suite, at_once
from fsm_ports import Instance, Outgoing, PortError, PortRejected, Sent, Status, Unreadable

BIG = 4_000_000
"""Bytes of the largest message that a test makes; a road that takes more has to take this."""


class EventBusContract(Suite):
    """Override `subject`; see `fsm_contract`."""

    @pytest.fixture
    def subject(self) -> RoadSubject:
        raise NotImplementedError("override the fixture `subject`")

    def test_subject_holds_the_adapter_that_the_suite_names(self, subject: RoadSubject) -> None:
        self.check_adapter(subject.bus)

    def test_accepted_message_is_delivered(self, subject: RoadSubject) -> None:
        sent = road.message(subject, "a")
        assert list(road.send(subject, sent)) == [None]
        assert road.ids(road.take(subject, 1)) == ["a"]

    def test_empty_batch_has_no_results(self, subject: RoadSubject) -> None:
        assert list(subject.bus.send([])) == []

    def test_every_message_of_a_large_batch_is_delivered(self, subject: RoadSubject) -> None:
        names = [f"m-{n:02}" for n in range(25)]
        sent = [road.message(subject, name) for name in names]
        assert list(road.send(subject, *sent)) == [None] * 25
        assert road.ids(road.take(subject, 25)) == names

    def test_results_come_in_order_and_one_failure_fails_no_other(self, subject: RoadSubject) -> None:
        small = [road.message(subject, name) for name in ("a", "c")]
        results = road.send(subject, small[0], _too_large(subject), small[1])
        assert [_kind(r) for r in results] == [None, _kind_of_too_large(subject), None]
        assert {"a", "c"} <= set(road.ids(road.take(subject, 3)))

    def test_message_beyond_max_bytes_is_rejected(self, subject: RoadSubject) -> None:
        assert subject.bus.max_bytes > 0
        (result,) = road.send(subject, _too_large(subject))
        assert _kind(result) is _kind_of_too_large(subject)
        assert road.ids(road.take(subject, 1)) == ([] if result else ["large"])

    def test_size_is_counted_in_bytes_not_in_characters(self, subject: RoadSubject) -> None:
        context = '"' + "\U0001f680" * (min(subject.bus.max_bytes, BIG) // 4 + 1) + '"'
        large = samples.record("large", subject.clock.now())._replace(context=context)
        subject.admit(large)
        (result,) = road.send(subject, large)
        assert _kind(result) is _kind_of_too_large(subject)

    def test_large_message_within_max_bytes_is_delivered_whole(self, subject: RoadSubject) -> None:
        context = samples.text_of(min(subject.bus.max_bytes, BIG) // 2)
        large = samples.record("large", subject.clock.now())._replace(context=context)
        subject.admit(large)
        assert list(road.send(subject, large)) == [None]
        assert [_instance(d.message).context for d in road.take(subject, 1)] == [context]

    def test_repeated_send_is_accepted_and_delivers_once_or_twice(self, subject: RoadSubject) -> None:
        sent = road.message(subject, "a")
        assert list(road.send(subject, sent)) == [None]
        assert list(road.send(subject, sent)) == [None]
        assert 1 <= len(road.take(subject, 3)) <= 2

    def test_fresh_message_is_delivered_as_it_was_sent(self, subject: RoadSubject) -> None:
        sent = road.message(subject, "a", 3)
        road.send(subject, sent)
        assert [d.message for d in road.take(subject, 1)] == [sent]

    def test_message_sent_on_is_delivered_as_it_was_sent(self, subject: RoadSubject) -> None:
        now = subject.clock.now()
        sent = samples.record("a", now, 3)._replace(
            data='{"paid": true}', retries=2, work=1, position="elsewhere-17", not_before=now, error=samples.TEXT,
            started_at=now - 12.345678,
        )  # fmt: skip
        subject.admit(sent)
        road.send(subject, sent)
        (delivery,) = road.take(subject, 1)
        delivered = _instance(delivery.message)
        if subject.of_records:  # the record has a position and an error of its own
            sent = sent._replace(position=delivered.position, error=delivered.error)
        assert delivered == sent

    def test_text_of_any_script_is_delivered_unchanged(self, subject: RoadSubject) -> None:
        sent = samples.record("a", subject.clock.now())._replace(context='{"name": "žluťoučký 漢字 \U0001f680 \u2028"}')
        subject.admit(sent)
        road.send(subject, sent)
        assert [d.message for d in road.take(subject, 1)] == [sent]

    def test_thin_message_is_delivered_thin_or_with_its_record(self, subject: RoadSubject) -> None:
        whole = road.message(subject, "a")
        road.send(subject, whole._replace(context=None))
        expected = whole if subject.of_records else whole._replace(context=None)
        assert [d.message for d in road.take(subject, 1)] == [expected]

    def test_changing_the_batch_after_the_call_changes_nothing(self, subject: RoadSubject) -> None:
        first, second = road.message(subject, "a"), road.message(subject, "b")
        batch = [Outgoing(first)]
        subject.bus.send(batch)
        batch[0] = Outgoing(second)
        assert road.ids(road.take(subject, 2)) == ["a"]

    def test_message_of_a_waiting_record_is_carried_or_refused(self, subject: RoadSubject) -> None:
        now = subject.clock.now()
        waiting = samples.record("a", now, 1, Status.WAITING)._replace(deadline=now + 1000 * subject.unit)
        subject.admit(waiting)
        (result,) = road.send(subject, waiting)
        assert (result is None) is subject.carries_waiting
        assert result is None or isinstance(result, PortError)
        assert road.ids(road.take(subject, 1)) == (["a"] if subject.carries_waiting else [])

    def test_unreadable_message_is_carried_whole_or_refused(self, subject: RoadSubject) -> None:
        """So that a bus can be the source of dead letters."""
        (result,) = subject.bus.send([Outgoing(Unreadable('{"version": ', "cut off"))])
        texts = [d.message.text for d in road.take(subject, 1) if isinstance(d.message, Unreadable)]
        assert texts == ([] if subject.of_records else ['{"version": '])
        assert (result is None) is not subject.of_records

    def test_not_before_delays_a_message_but_never_loses_it(self, subject: RoadSubject) -> None:
        later = subject.clock.now() + subject.unit
        sent = road.message(subject, "a")._replace(not_before=later)
        assert list(road.send(subject, sent)) == [None]
        subject.pass_time(subject.unit)
        assert [_instance(d.message).not_before for d in road.take(subject, 1)] == [later]

    def test_senders_at_one_moment_do_not_disturb_each_other(self, subject: RoadSubject) -> None:
        names = [f"m-{n}" for n in range(8)]
        sent = [road.message(subject, name) for name in names]
        assert at_once(8, lambda n: list(road.send(subject, sent[n]))) == [[None]] * 8
        assert road.ids(road.take(subject, 8)) == names


def _too_large(subject: RoadSubject) -> Instance:
    large = samples.record("large", subject.clock.now())
    large = large._replace(context=samples.text_of(min(subject.bus.max_bytes, BIG) + 1))
    subject.admit(large)
    return large


def _kind_of_too_large(subject: RoadSubject) -> type[PortError] | None:
    return PortRejected if subject.bus.max_bytes <= BIG else None


def _kind(result: Sent) -> type[PortError] | None:
    return None if result is None else type(result)


def _instance(message: Instance | Unreadable) -> Instance:
    assert isinstance(message, Instance)
    return message
