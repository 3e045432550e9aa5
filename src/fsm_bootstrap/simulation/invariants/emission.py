"""Whoever acknowledges has seen to what follows, and nobody does so twice without cause: I4, I9."""

from __future__ import annotations

from collections.abc import Iterator

from fsm_bootstrap.simulation.invariants.carriers import Carriers
from fsm_bootstrap.simulation.ports import NETWORK
from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import Story, by_workers, lost_answers

DUPLICATE_COST = 1
"""Sends that one duplicate may cause: each delivery sends at most once."""


def i4_acknowledged_means_safe_elsewhere(simulated: Simulated, story: Story) -> Iterator[str]:
    """After each acknowledgement the machine is at rest, or some message that goes on with it is still on its way.

    That is a message of the record's own step, or one that bears the record's position; or the caller who wrote the
    record repeats until it is sent.
    """
    carriers = Carriers(simulated)
    for call in story.calls:
        for name in carriers.follow(call):
            yield f"{name}: acknowledged at event {call.number}, and nothing is left that goes on with it"


def i9_sends_stay_within_steps_and_duplicates(simulated: Simulated, story: Story) -> Iterator[str]:
    """Fresh emissions by workers, against commits and what may legitimately make a worker emit once more."""
    sends = sum(
        carried.is_fresh and by_workers(carried.call.process) for every in story.carried.values() for carried in every
    )
    copies = sum(carried.call.process == NETWORK for every in story.carried.values() for carried in every)
    again = len(story.deliveries) - len({(d.received.port, d.delivery.position) for d in story.deliveries})
    steps = sum(map(len, story.commits.values()))
    allowed = steps + DUPLICATE_COST * (copies + again + lost_answers(story, "send"))
    if sends > allowed:
        yield f"{sends} messages were sent for {steps} steps, {copies} copies and {again} repeated deliveries"
