"""MemoryTable beyond the contract of its ports: when a record that is sent as a message becomes one."""

from __future__ import annotations

import pytest

from fsm_adapters.memory import MemoryStream, MemoryTable
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import samples
from fsm_ports import (
    ACK,
    Commit,
    Instance,
    Message,
    Outgoing,
    PortError,
    PortRejected,
    PortUnavailable,
    Status,
    Unreadable,
)
from fsm_ports.instance import resume_position
from fsm_ports.writes import Abort, Pause, Resume


class Bench:
    """A table with one record at step 1, whose emission is gone."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.stream = MemoryStream(self.clock)
        self.table = MemoryTable(self.stream)
        self.record = samples.record("a", self.clock.now(), 1)
        for commit in samples.steps_to(self.record):
            self.table.commit([commit])
        self.delivered()

    def send(self, message: Message) -> PortError | None:
        return self.table.send([Outgoing(message)])[0]

    def delivered(self) -> list[Message]:
        batch = self.stream.receive(100, self.clock.now() + 30)
        assert not isinstance(batch, PortError)
        self.stream.settle(batch, [ACK] * len(batch))
        return [d.message for d in batch]

    def kept(self) -> Instance:
        (found,) = self.table.read(["a"])
        assert isinstance(found, Instance)
        return found


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_message_put_off_travels_with_its_position(bench: Bench) -> None:
    message = bench.record._replace(position="p-1", not_before=bench.clock.now() + 5, retries=2, error="tried")
    assert bench.send(message) is None
    assert bench.delivered() == [message]


def test_retries_of_a_message_are_kept_in_its_record(bench: Bench) -> None:
    bench.send(bench.record._replace(retries=2))
    assert bench.kept() == bench.record._replace(retries=2)


def test_message_with_fewer_retries_than_the_record_is_dropped(bench: Bench) -> None:
    bench.send(bench.record._replace(retries=2))
    bench.delivered()
    assert bench.send(bench.record._replace(retries=1)) is None
    assert bench.delivered() == []
    assert bench.kept().retries == 2


def test_message_of_a_record_that_has_gone_on_is_dropped(bench: Bench) -> None:
    bench.table.commit([Commit(samples.record("a", bench.clock.now(), 2))])
    bench.delivered()
    assert bench.send(bench.record) is None
    assert bench.delivered() == []


def test_message_of_a_record_at_rest_is_dropped(bench: Bench) -> None:
    bench.table.mark([Abort("a", "enough", bench.clock.now())])
    assert bench.send(bench.record) is None
    assert bench.delivered() == []


def test_message_of_a_paused_record_waits_for_its_resume(bench: Bench) -> None:
    now = bench.clock.now()
    bench.table.mark([Pause("a", "looking", now)])
    assert bench.send(bench.record._replace(retries=2)) is None
    assert bench.delivered() == []
    bench.table.mark([Resume("a", "seen", now)])
    assert bench.delivered() == [bench.record._replace(retries=2, position=resume_position(bench.record.step))]


@pytest.mark.parametrize(
    "message",
    [
        samples.record("unknown", 0.0, 1),
        samples.record("a", 0.0, 2),
        samples.record("a", 0.0, 1, Status.WAITING),
        Unreadable("{", "cut off"),
    ],
    ids=["unknown", "ahead", "waiting", "unreadable"],
)
def test_what_is_no_running_record_goes_elsewhere(bench: Bench, message: Message) -> None:
    assert isinstance(bench.send(message), PortUnavailable)
    assert bench.delivered() == []


def test_message_of_a_damaged_record_is_rejected(bench: Bench) -> None:
    bench.table.damage("a")
    assert isinstance(bench.send(bench.record), PortRejected)
