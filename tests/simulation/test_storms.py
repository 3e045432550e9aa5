"""The storms are storms: each scenario meets what it is there for, so no invariant holds for want of trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from fsm_bootstrap.simulation.scenarios import BY_NAME
from fsm_bootstrap.simulation.simulation import simulate
from fsm_bootstrap.simulation.story import Story
from fsm_bootstrap.simulation.trace import Call, Crashed
from fsm_ports.errors import OutcomeUnknown, PortUnavailable
from fsm_ports.instance import Status
from fsm_ports.messages import Defer
from fsm_ports.names import DEADLINE_EVENT
from fsm_ports.results import Busy, Committed, Lease, Refused
from fsm_ports.writes import AppendEvent, Commit, EnterAttempt, Fail, Resume, Touch

SEEDS = range(20)
Meets = Callable[[Story], bool]


def crashes_in_an_action(story: Story) -> bool:
    return any(run.ended is None for run in story.runs)


def crashes_between_commit_and_emission(story: Story) -> bool:
    return any(
        isinstance(later, Crashed) and isinstance(call, Call) and call.operation == "commit" and _did(call)
        for call, later in _next_of_each_process(story)
    )


def loses_the_answer_of_a_commit(story: Story) -> bool:
    return any(
        isinstance(effect, Committed) and isinstance(answer, OutcomeUnknown)
        for call in story.calls
        for effect, answer in zip(call.effects, call.answers, strict=call.operation == "commit")
    )


def finds_its_own_position(story: Story) -> bool:
    return any(
        d.position == found.position and found.step > d.message.step
        for d in story.deliveries
        if d.delivery.maybe_died and (found := story.at(d.message.correlation_id, d.received.number)) is not None
    )


def outlives_a_claim(story: Story) -> bool:
    return any(run.ended is not None and run.ended.at > run.began.deadline for run in story.runs)


def runs_a_step_twice_at_a_time(story: Story) -> bool:
    runs = {(run.began.correlation_id, run.began.step, run.began.process.partition(".")[0]) for run in story.runs}
    return len(runs) > len({run[:2] for run in runs})


def an_effect(kind: type, *ports: str) -> Meets:
    """Some call, of each of the ports where any is given, was answered so."""

    def meets(story: Story) -> bool:
        seen = {call.port for call in story.calls if any(isinstance(effect, kind) for effect in call.effects)}
        return bool(seen) if not ports else seen.issuperset(ports)

    return meets


def a_write(kind: type) -> Meets:
    return lambda story: any(isinstance(written.write, kind) for written in story.writes)


def is_carried_by(*ports: str) -> Meets:
    return lambda story: {c.call.port for every in story.carried.values() for c in every}.issuperset(ports)


def goes_down(port: str) -> Meets:
    def meets(story: Story) -> bool:
        return any(
            call.port == port and call.answers and all(isinstance(answer, PortUnavailable) for answer in call.answers)
            for call in story.calls
        )

    return meets


def puts_off(story: Story) -> bool:
    return any(isinstance(delivered.outcome, Defer) for delivered in story.deliveries)


def pauses_in_mid_action(story: Story) -> bool:
    return any(isinstance(w.write, Commit) and w.record.paused and w.record.step for w in story.writes)


def takes_an_event_that_came_early(story: Story) -> bool:
    return any(
        isinstance(w.write, Commit) and w.write.taken and w.call.process.startswith("worker") for w in story.writes
    )


def fires_a_deadline(story: Story) -> bool:
    return any(isinstance(w.write, Commit) and w.record.event == DEADLINE_EVENT for w in story.writes)


def redrives(story: Story) -> bool:
    return any(isinstance(w.write, Commit) and w.write.expected is Status.FAILED for w in story.writes)


def chains(story: Story) -> bool:
    return any(isinstance(w.write, Commit) and w.write.hold_until for w in story.writes)


def lives_in_the_second_home(story: Story) -> bool:
    return any(w.record.home == "2" for w in story.writes)


MEETINGS: dict[str, tuple[Meets, ...]] = {
    "queue": (
        crashes_in_an_action, crashes_between_commit_and_emission, loses_the_answer_of_a_commit, outlives_a_claim,
        finds_its_own_position, runs_a_step_twice_at_a_time, an_effect(Refused), a_write(EnterAttempt),
    ),
    "queue-lock": (an_effect(Busy), an_effect(Lease), puts_off),
    "queue-chain": (chains, finds_its_own_position),
    "stream-retry-lock": (an_effect(Busy), is_carried_by("stream", "retry")),
    "failover": (
        is_carried_by("queue", "stream2", "retry", "retry2"), an_effect(Lease, "lock", "lock2"), goes_down("queue"),
    ),
    "store-outage": (goes_down("store"),),
    "homes": (goes_down("store"), lives_in_the_second_home),
    "sqlite-chain": (chains, crashes_in_an_action, outlives_a_claim, a_write(EnterAttempt)),
    "operators": (pauses_in_mid_action, a_write(Resume)),
    "redriven": (redrives,),
    "waiting": (a_write(AppendEvent), takes_an_event_that_came_early, fires_a_deadline),
    "waiting-sqlite": (a_write(AppendEvent), takes_an_event_that_came_early, fires_a_deadline),
    "poison": (a_write(Fail), crashes_in_an_action, a_write(EnterAttempt)),
    "recovery": (a_write(Touch),),
}  # fmt: skip


@pytest.mark.parametrize("scenario", MEETINGS)
def test_a_scenario_meets_what_it_is_for(scenario: str) -> None:
    missing = list(MEETINGS[scenario])
    for seed in SEEDS:
        story = Story(simulate(BY_NAME[scenario], seed).trace)
        missing = [meets for meets in missing if not meets(story)]
        if not missing:
            return
    pytest.fail(f"{scenario} under {SEEDS} never {', '.join(meets.__qualname__ for meets in missing)}")


def test_when_nothing_goes_wrong_a_transition_is_one_commit_and_one_message() -> None:
    story = Story(simulate(BY_NAME["calm"], 0).trace)
    steps = sum(len(commits) for commits in story.commits.values())
    sends = sum(carried.is_fresh for every in story.carried.values() for carried in every)
    assert sends == steps - len(story.commits)  # a machine's last step sends nothing


def _did(call: Call) -> bool:
    return any(isinstance(effect, Committed) for effect in call.effects)


def _next_of_each_process(story: Story) -> Iterator[tuple[object, object]]:
    for process in sorted({event.process for event in story.events}):
        yield from pairwise(event for event in story.events if event.process == process)
