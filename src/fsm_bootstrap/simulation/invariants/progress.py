"""Every machine gets there, and soon, and on half of everything: I5, I6, I15."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fsm_bootstrap.simulation.ports import NETWORK
from fsm_bootstrap.simulation.set_ups import RETRY_TABLES
from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import Carried, Story
from fsm_bootstrap.simulation.trace import Call, Calm
from fsm_ports.instance import ENDED, Instance
from fsm_ports.messages import Delivery
from fsm_ports.results import Busy

DELIVERIES_A_COMMIT = 3
"""After the storm: one delivery for the message itself, others for each time that it was put off.  A run that
raised has one of its own."""
DELIVERIES_A_LEFTOVER = 4
"""For each message that the storm left behind: it comes once per claim of a holder who died or sleeps, and what it
finds may have to be sent again, and then be acknowledged as a copy."""
MEETINGS_A_LEFTOVER = 12
"""Whoever is killed between sending and acknowledging leaves two where there was one.  So many stand in each other's
way: each finds others at work on its step, and is put off, some of them four times for each of three runs."""
SPARE_DELIVERIES = 5
"""Whatever happened to be put off twice."""


def i5_every_machine_ends_as_it_should(simulated: Simulated, story: Story) -> Iterator[str]:
    for correlation_id, start in simulated.started.items():
        record = simulated.trace.latest.get(correlation_id)
        if record is None:
            if simulated.scenario.faithful:
                yield f"{correlation_id} was never started"
        elif record.status not in start.ends or record.paused:
            state = "paused" if record.paused else record.status.value
            yield f"{correlation_id} is {state} at step {record.step}: {record.error}"


def i6_after_the_storm_all_come_to_rest_soon(simulated: Simulated, story: Story) -> Iterator[str]:
    calm = next(event.number for event in story.events if isinstance(event, Calm))
    commits = sum(written.call.number > calm for steps in story.commits.values() for written in steps)
    carried = [one for every in story.carried.values() for one in every if one.call.number > calm]
    sent, copies = _messages(carried), sum(one.call.process == NETWORK for one in carried)
    every = [
        (call, effect)
        for call in story.calls
        if call.operation == "receive"
        for effect in call.effects
        if isinstance(effect, Delivery)
    ]
    received = [(call, effect) for call, effect in every if call.number > calm]
    delivered = [(call.port, effect.position) for call, effect in received if not _hops(effect, call.at)]
    sent -= len(received) - len(delivered)  # for each that hops there is one that it hops to
    raised = sum(run.raised and run.began.number > calm for run in story.runs)
    # Some were in somebody's hands when it ended; that others were is told by there being more than were sent since.
    in_hand = {(call.port, effect.position) for call, effect in every if call.number < calm}.intersection(delivered)
    leftover = max(len(in_hand), len(set(delivered)) - sent - (commits if simulated.emits else 0))
    left = sum(one.received.number > calm for one in story.left)  # as often as chance will have it
    busy = sum(_busy(call) for call in story.calls if call.number > calm)
    of_leftovers = DELIVERIES_A_LEFTOVER * leftover + left + copies
    if simulated.scenario.faults.killed:
        of_leftovers += min(busy, MEETINGS_A_LEFTOVER * leftover)
    allowed = DELIVERIES_A_COMMIT * commits + of_leftovers + raised + SPARE_DELIVERIES
    if len(delivered) > allowed:
        yield f"{len(delivered)} deliveries after the storm for {commits} commits and {leftover} messages left behind"
    if not simulated.ended:
        yield f"not at rest after {len(delivered)} deliveries for {commits} commits"


def _busy(call: Call) -> int:
    """How many it found that another had in hand."""
    return sum(isinstance(answer, Busy) for answer in call.answers) if call.operation == "acquire" else 0


def _messages(carried: Sequence[Carried]) -> int:
    """How many those are: in a retry table one that is sent again takes the place of the one before."""
    in_tables = [one for one in carried if one.call.port in RETRY_TABLES]
    keys = {(one.call.port, m.correlation_id, m.step, m.position, m.retries) for one in in_tables if (m := one.message)}
    return len(carried) - len(in_tables) + len(keys)


def _hops(delivery: Delivery, at: float) -> bool:
    """It comes before its time, since no road holds a message for as long as it has to wait."""
    return isinstance(delivery.message, Instance) and delivery.message.not_before > at + 1.0


def i15_half_of_everything_makes_progress(simulated: Simulated, story: Story) -> Iterator[str]:
    """Where the other half is down from first to last, every machine has ended before it is up again."""
    if not simulated.scenario.without:
        return
    calm = next(event.number for event in story.events if isinstance(event, Calm))
    for correlation_id in simulated.started:
        record = story.at(correlation_id, calm)
        if record is None or record.status not in ENDED:
            yield f"{correlation_id} had not ended without {', '.join(simulated.scenario.without)}"
