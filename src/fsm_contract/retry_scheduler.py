"""Suite of the port RetryScheduler."""

from __future__ import annotations

import math

import pytest

from fsm_contract import road
from fsm_contract.event_bus import EventBusContract
from fsm_contract.road import RetrySubject
from fsm_ports import Instance


class RetrySchedulerContract(EventBusContract):
    """Override `subject`; a retry scheduler is an event bus too, so its suite is run as well."""

    @pytest.fixture
    def subject(self) -> RetrySubject:
        raise NotImplementedError("override the fixture `subject`")

    def test_max_delay_is_a_number_of_seconds(self, subject: RetrySubject) -> None:
        assert subject.bus.max_delay >= 0.0

    def test_message_without_not_before_is_delivered_at_once(self, subject: RetrySubject) -> None:
        road.send(subject, road.message(subject, "a"))
        assert road.ids(road.take(subject, 1)) == ["a"]

    def test_message_is_not_delivered_before_its_time(self, subject: RetrySubject) -> None:
        held = min(subject.unit, subject.bus.max_delay)
        sent = road.message(subject, "a")._replace(not_before=subject.clock.now() + subject.unit)
        road.send(subject, sent)
        subject.pass_time(held * 0.8)
        assert road.ids(road.receive(subject, 0 if held else 1)) == ([] if held else ["a"])

    def test_message_is_delivered_once_its_time_has_come(self, subject: RetrySubject) -> None:
        sent = road.message(subject, "a")._replace(not_before=subject.clock.now() + subject.unit)
        road.send(subject, sent)
        subject.pass_time(subject.unit)
        assert [d.message for d in road.take(subject, 1)] == [sent]

    def test_time_is_kept_for_each_message_of_a_batch(self, subject: RetrySubject) -> None:
        now, unit = subject.clock.now(), subject.unit
        due = [road.message(subject, name)._replace(not_before=now + n * unit) for n, name in enumerate("abc")]
        road.send(subject, due[2], due[0], due[1])
        subject.pass_time(unit * 1.2)
        held = ["c"] if subject.bus.max_delay > unit * 1.2 else []
        assert road.ids(road.take(subject, 3)) == [name for name in "abc" if name not in held]
        subject.pass_time(unit)
        assert road.ids(road.take(subject, 1)) == held

    def test_longer_wait_is_cut_to_max_delay(self, subject: RetrySubject) -> None:
        longest = subject.bus.max_delay
        wait = 3 * subject.unit if math.isinf(longest) else longest + subject.unit
        sent = road.message(subject, "a")._replace(not_before=subject.clock.now() + wait)
        assert list(road.send(subject, sent)) == [None]
        subject.pass_time(min(wait, longest))
        assert [d.message for d in road.take(subject, 1)] == [sent]

    def test_wait_that_is_cut_is_not_cut_shorter(self, subject: RetrySubject) -> None:
        longest = subject.bus.max_delay
        wait = 3 * subject.unit if math.isinf(longest) else longest + subject.unit
        road.send(subject, road.message(subject, "a")._replace(not_before=subject.clock.now() + wait))
        subject.pass_time(min(wait, longest) * 0.9)
        assert road.ids(road.receive(subject, 0 if longest else 1)) == ([] if longest else ["a"])

    def test_messages_of_one_step_from_two_deliveries_are_two_deliveries(self, subject: RetrySubject) -> None:
        sent = road.message(subject, "a")
        entries = [sent._replace(position="p-1"), sent._replace(position="p-2")]
        road.send(subject, *entries)
        self._all_delivered(subject, entries)

    def test_fresh_messages_of_one_step_are_two_deliveries(self, subject: RetrySubject) -> None:
        sent = road.message(subject, "a")
        road.send(subject, sent)
        road.send(subject, sent)
        self._all_delivered(subject, [sent, sent])

    def test_messages_of_one_delivery_with_two_retry_numbers_are_two_deliveries(self, subject: RetrySubject) -> None:
        sent = road.message(subject, "a")._replace(position="p-1")
        entries = [sent._replace(retries=1), sent._replace(retries=2)]
        road.send(subject, *entries)
        self._all_delivered(subject, entries)

    def test_messages_of_two_steps_are_two_deliveries(self, subject: RetrySubject) -> None:
        entries = [road.message(subject, "a", 1), road.message(subject, "b", 2)]
        road.send(subject, *entries)
        assert road.ids(road.take(subject, 2)) == ["a", "b"]

    def test_repeated_send_of_one_position_and_retry_number_is_not_lost(self, subject: RetrySubject) -> None:
        sent = road.message(subject, "a")._replace(position="p-1", retries=1)
        assert [*road.send(subject, sent), *road.send(subject, sent)] == [None, None]
        assert 1 <= len(road.take(subject, 3)) <= 2

    def _all_delivered(self, subject: RetrySubject, entries: list[Instance]) -> None:
        delivered = [d.message for d in road.take(subject, len(entries))]
        if subject.of_records:
            assert 1 <= len(delivered) <= len(entries)
        else:
            assert sorted(map(str, delivered)) == sorted(map(str, entries))
