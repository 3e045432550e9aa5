"""A stream that is split and merged while it is read: each machine's messages still come in their order."""

from __future__ import annotations

from fsm_ports import ACK
from tests.unit.fsm_adapters.kinesis.story import Story, shard_of

MACHINES = [f"machine-{n}" for n in range(12)]


def _steps(story: Story, *steps: int) -> None:
    for machine in MACHINES:
        story.send(machine, *steps)


def test_split_shard_is_read_to_its_end_before_its_children(story: Story) -> None:
    worker = story.worker()
    _steps(story, 0, 1)
    story.split("shardId-000000000000")
    story.split("shardId-000000000001")
    _steps(story, 2, 3)
    got = story.deliveries(worker, 4 * len(MACHINES))
    assert {shard_of(d)[-1] for d in got} == set("012345")
    for machine in MACHINES:
        assert [d.message.step for d in got if d.message.correlation_id == machine] == [0, 1, 2, 3]  # type: ignore[union-attr] # all are instances


def test_merged_shard_is_read_after_both_of_its_parents(story: Story) -> None:
    worker = story.worker()
    _steps(story, 0, 1)
    story.merge("shardId-000000000000", "shardId-000000000001")
    _steps(story, 2)
    got = story.deliveries(worker, 3 * len(MACHINES))
    order = [shard_of(d)[-1] for d in got]
    assert set(order[: 2 * len(MACHINES)]) == {"0", "1"}
    assert set(order[2 * len(MACHINES) :]) == {"2"}


def test_shards_that_appear_while_a_worker_reads_are_found(story: Story) -> None:
    worker = story.worker()
    _steps(story, 0)
    story.take(worker, len(MACHINES))
    story.split("shardId-000000000001")
    _steps(story, 1)
    story.clock.advance(6)
    assert {m.step for m in story.take(worker, len(MACHINES))} == {1}


def test_successor_reads_on_among_the_children(story: Story) -> None:
    first = story.worker()
    _steps(story, 0)
    story.split("shardId-000000000000")
    _steps(story, 1)
    story.take(first, 2 * len(MACHINES))
    first.close()
    _steps(story, 2)
    assert [m.step for m in story.take(story.worker(), len(MACHINES))] == [2] * len(MACHINES)


def test_two_workers_share_a_stream_and_one_inherits_from_the_other(story: Story) -> None:
    first, second = story.worker(), story.worker()
    _steps(story, 0)
    story.take(first, len(MACHINES))
    assert story.receive(second) == []
    story.clock.advance(6)
    story.receive(first)
    story.clock.advance(6)
    _steps(story, 1)
    mine, theirs = story.receive(first), story.receive(second)
    assert {shard_of(d) for d in mine} | {shard_of(d) for d in theirs} == {f"shardId-00000000000{n}" for n in "01"}
    assert {shard_of(d) for d in mine}.isdisjoint(shard_of(d) for d in theirs)
    assert list(second.settle(theirs, [ACK] * len(theirs))) == [None] * len(theirs)
    story.clock.advance(60)  # the first one has died
    again = story.deliveries(second, len(mine))
    assert [d.position for d in again] == [d.position for d in mine]
    assert all(d.maybe_died for d in again)
