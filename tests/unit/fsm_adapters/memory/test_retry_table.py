"""MemoryRetryTable beyond the contract of its ports."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_adapters.memory import MemoryRetryTable
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import samples
from fsm_ports import ACK, NACK, Defer, Delivery, Instance, Outgoing, PortError


def _receive(table: MemoryRetryTable, clock: VirtualClock, limit: int = 10) -> Sequence[Delivery]:
    batch = table.receive(limit, clock.now() + 30)
    assert not isinstance(batch, PortError)
    return batch


def _entry(clock: VirtualClock, name: str = "a", position: str = "p-1", retries: int = 1) -> Instance:
    return samples.record(name, clock.now())._replace(position=position, retries=retries)


def test_age_runs_from_the_time_when_an_entry_was_due() -> None:
    clock = VirtualClock()
    table = MemoryRetryTable(clock)
    table.send([Outgoing(_entry(clock, name), clock.now() + wait) for name, wait in (("a", 100), ("b", 106))])
    clock.advance(106)
    assert [(d.position, d.maybe_died) for d in _receive(table, clock)] == [
        ("memory-retry:1", True),
        ("memory-retry:2", False),
    ]


def test_entry_sent_again_takes_the_place_of_the_first() -> None:
    clock = VirtualClock()
    table = MemoryRetryTable(clock)
    table.send([Outgoing(_entry(clock), clock.now() + 5)])
    table.send([Outgoing(_entry(clock), clock.now() + 60)])
    clock.advance(59)
    assert _receive(table, clock) == []
    clock.advance(1)
    assert len(_receive(table, clock)) == 1


def test_settling_leaves_the_entry_that_took_the_place_of_the_one_received() -> None:
    """A copy that met Busy is sent on under the key of the entry that it came from."""
    clock = VirtualClock()
    table = MemoryRetryTable(clock)
    table.send([Outgoing(_entry(clock))])
    (held,) = _receive(table, clock)
    table.send([Outgoing(_entry(clock), clock.now() + 5)])
    table.settle([held], [ACK])
    clock.advance(5)
    (later,) = _receive(table, clock)
    assert later.position != held.position
    assert not later.maybe_died


def test_entry_claimed_before_is_handed_out_alone_and_fresh_ones_together() -> None:
    clock = VirtualClock()
    table = MemoryRetryTable(clock)
    table.send([Outgoing(_entry(clock, "a"))])
    _receive(table, clock)
    clock.advance(30)
    table.send([Outgoing(_entry(clock, name)) for name in "bcd"])
    batches = [_receive(table, clock) for _ in range(3)]
    assert [len(batch) for batch in batches] == [1, 3, 0]
    assert [d.maybe_died for batch in batches for d in batch] == [True, False, False, False]


def test_table_neither_counts_nor_defers() -> None:
    clock = VirtualClock()
    table = MemoryRetryTable(clock, nack_wait=2.0)
    table.send([Outgoing(_entry(clock, name)) for name in "ab"])
    batch = _receive(table, clock)
    assert {(d.received, d.can_defer) for d in batch} == {(0, False)}
    table.settle(batch, [NACK, Defer(clock.now() + 1000)])
    clock.advance(2)
    assert [len(_receive(table, clock)) for _ in range(3)] == [1, 1, 0]
