"""Whoever acknowledges has seen to what follows, and nobody does so twice without cause: I4, I9."""

from __future__ import annotations

from collections.abc import Iterator

from fsm_ports.instance import Status
from fsm_ports.messages import ACK
from tests.simulation.ports import NETWORK
from tests.simulation.simulation import Simulated
from tests.simulation.story import Delivered, Story, by_workers, lost_answers, rests

DUPLICATE_COST = 2
"""Sends that one duplicate may cause: one by a run of its own that lost the race and found its position, one more
because the same delivery came again."""
SPARE_SENDS = 3
"""For the deliveries whose crashed holder had sent, but not yet acknowledged, when the storm ended."""


def i4_acknowledged_means_safe_elsewhere(simulated: Simulated, story: Story) -> Iterator[str]:
    """The next message was accepted, or the machine is at rest, or the message was stale, or in the dead letters."""
    for delivered in story.deliveries:
        if (
            delivered.outcome is ACK
            and delivered.settled is not None
            and not _is_safe(story, delivered, simulated.emits)
        ):
            message = delivered.message
            yield (
                f"{message.correlation_id}: step {message.step} at {delivered.position} was acknowledged at event "
                f"{delivered.settled.number}, and nothing follows from it"
            )


def i9_sends_stay_within_steps_and_duplicates(simulated: Simulated, story: Story) -> Iterator[str]:
    """Fresh emissions by workers, against commits and what may legitimately make a worker emit once more."""
    sends = sum(
        carried.is_fresh and by_workers(carried.call.process) for every in story.carried.values() for carried in every
    )
    copies = sum(carried.call.process == NETWORK for every in story.carried.values() for carried in every)
    again = len(story.deliveries) - len({(d.received.port, d.delivery.position) for d in story.deliveries})
    steps = sum(map(len, story.commits.values()))
    allowed = steps + DUPLICATE_COST * (copies + again + lost_answers(story, "send")) + SPARE_SENDS
    if sends > allowed:
        yield f"{sends} messages were sent for {steps} steps, {copies} copies and {again} repeated deliveries"


def _is_safe(story: Story, delivered: Delivered, emits: bool) -> bool:
    message, settled = delivered.message, delivered.settled
    if settled is None:
        return True
    first, last, name = delivered.received.number, settled.number, message.correlation_id
    versions = list(story.between(name, first, last))
    if any(rests(record) for record in versions):
        return True
    if not versions or versions[-1].step < message.step:
        return _stood_in(story, delivered, last)  # in the dead letters
    if _stood_in(story, delivered, last):
        return True
    if versions[-1].step == message.step:
        return any(record.status is Status.WAITING and not record.deadline for record in versions)
    return _follows(story, delivered, versions[-1].step, last, emits)


def _stood_in(story: Story, delivered: Delivered, last: int) -> bool:
    """Another message has taken this one's place: one of the same step, or of a later one that bears its position."""
    message, received = delivered.message, delivered.received
    return any(
        received.number < carried.call.number < last
        and (carried.message.step == message.step or carried.message.position == delivered.position)
        for carried in story.sent_by.get((received.process, message.correlation_id), ())
    )


def _follows(story: Story, delivered: Delivered, step: int, last: int, emits: bool) -> bool:
    """The last of the commits that this delivery caused was emitted, or overtaken; a stale one caused none."""
    name, caused = delivered.message.correlation_id, delivered.message.step
    while (after := story.committed_at.get((name, caused + 1))) and after.call.number < last:
        if after.record.position != delivered.position:
            break
        caused += 1
    if caused < step:
        return True
    committed = story.committed_at.get((name, caused))
    if committed is None:
        return False
    record = committed.record
    if record.status is Status.WAITING:
        return not record.deadline or _sent(story, name, caused, committed.call.number, last)
    return emits or _sent(story, name, caused, committed.call.number, last)


def _sent(story: Story, name: str, step: int, first: int, last: int) -> bool:
    return any(first < carried.call.number < last for carried in story.carried.get((name, step), ()))
