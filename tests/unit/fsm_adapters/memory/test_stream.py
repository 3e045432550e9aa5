"""MemoryStream beyond the contract of its ports: what it shares with a Kinesis shard."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fsm_adapters.memory import MemoryStream
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import samples
from fsm_ports import ACK, NACK, Defer, Delivery, Instance, Outcome, Outgoing, PortError


class Shard:
    """A stream with five records."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.stream = MemoryStream(self.clock, "shard")
        self.send(*"abcde")

    def send(self, *ids: str) -> None:
        self.stream.send([Outgoing(samples.record(name, self.clock.now())) for name in ids])

    def receive(self, limit: int = 10) -> Sequence[Delivery]:
        batch = self.stream.receive(limit, self.clock.now() + 30)
        assert not isinstance(batch, PortError)
        return batch


def _ids(batch: Sequence[Delivery]) -> str:
    return "".join(d.message.correlation_id for d in batch if isinstance(d.message, Instance))


@pytest.fixture
def shard() -> Shard:
    return Shard()


def test_records_come_in_the_order_in_which_they_were_sent(shard: Shard) -> None:
    batch = shard.receive(3)
    assert _ids(batch) == "abc"
    shard.stream.settle(batch, [ACK] * 3)
    shard.send("f")
    assert _ids(shard.receive()) == "def"


def test_nobody_receives_while_a_batch_is_out(shard: Shard) -> None:
    shard.receive(2)
    assert shard.receive(2) == []


@pytest.mark.parametrize("failure", [NACK, Defer(0.0)], ids=["nack", "defer"])
def test_failed_batch_comes_again_from_its_first_failed_record(shard: Shard, failure: Outcome) -> None:
    batch = shard.receive(4)
    shard.stream.settle(batch, [ACK, failure, ACK, failure])
    assert shard.receive() == []
    shard.clock.advance(1)
    again = shard.receive()
    assert _ids(again) == "bcde"
    assert [d.maybe_died for d in again] == [True, True, True, False]
    assert [d.position for d in again[:3]] == [d.position for d in batch[1:]]


def test_batch_may_be_settled_bit_by_bit_in_any_order(shard: Shard) -> None:
    batch = shard.receive(3)
    shard.stream.settle(batch[1:2], [ACK])
    shard.stream.settle(batch[:1], [ACK])
    assert shard.receive() == []
    shard.stream.settle(batch[2:], [ACK])
    assert _ids(shard.receive()) == "de"


def test_batch_that_runs_out_of_time_keeps_the_acknowledgements_at_its_head(shard: Shard) -> None:
    batch = shard.receive(4)
    shard.stream.settle([batch[0], batch[2]], [ACK, ACK])
    shard.clock.advance(30)
    assert _ids(shard.receive()) == "bcde"


def test_second_outcome_of_a_record_changes_nothing(shard: Shard) -> None:
    batch = shard.receive(2)
    shard.stream.settle(batch[:1], [NACK])
    shard.stream.settle(batch, [ACK, ACK])
    shard.clock.advance(1)
    assert _ids(shard.receive()) == "abcde"


def test_record_that_waited_for_long_is_suspected(shard: Shard) -> None:
    shard.clock.advance(6)
    shard.send("f")
    assert [d.maybe_died for d in shard.receive()] == [True] * 5 + [False]


def test_stream_neither_counts_nor_defers(shard: Shard) -> None:
    assert {(d.received, d.can_defer) for d in shard.receive()} == {(0, False)}


def test_empty_batch_keeps_nobody_waiting() -> None:
    shard = Shard()
    batch = shard.receive()
    shard.stream.settle(batch, [ACK] * 5)
    assert shard.receive() == []
    shard.send("f")
    assert _ids(shard.receive()) == "f"
