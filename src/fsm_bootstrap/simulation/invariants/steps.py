"""What is committed: I1, I2, I3, I7."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_bootstrap.simulation.machines import PureActions
from fsm_bootstrap.simulation.scenario import Cast
from fsm_bootstrap.simulation.simulation import Simulated, never
from fsm_bootstrap.simulation.story import Story, Written
from fsm_domain import RetryPolicy, Step
from fsm_domain.machine.advance import advance
from fsm_domain.machine.fingerprint import graph_of
from fsm_domain.machine.migration import migrated, pending
from fsm_domain.runtime.registry import AnyMachine, Machines
from fsm_domain.runtime.taking_up import taken_up
from fsm_ports.instance import Instance, Status
from fsm_ports.results import Committed, Refused
from fsm_ports.writes import Commit

_CODEC = JsonCodec()


@cache
def _pure(cast: Cast) -> Machines:
    return cast(PureActions(), RetryPolicy())


def i1_committed_steps_have_no_gap_and_no_repeat(simulated: Simulated, story: Story) -> Iterator[str]:
    for correlation_id, commits in story.commits.items():
        steps = [written.record.step for written in commits]
        if steps != list(range(len(steps))):
            yield f"{correlation_id} committed the steps {steps}"


def i2_the_step_never_falls(simulated: Simulated, story: Story) -> Iterator[str]:
    """In any answer of the store, refusals included, and reads where they see the latest write."""
    highest: dict[str, int] = {}
    told = ("commit", "mark") if simulated.scenario.faults.lag else ("commit", "mark", "read")
    for call in story.calls:
        if call.operation not in told:
            continue
        for effect in call.effects:
            record = _shown(effect)
            if record is not None:
                before = highest.get(record.correlation_id, 0)
                if record.step < before:
                    yield f"{record.correlation_id} fell from step {before} to {record.step} at event {call.number}"
                highest[record.correlation_id] = max(before, record.step)


def i3_each_context_is_the_output_of_one_run_on_the_one_before(simulated: Simulated, story: Story) -> Iterator[str]:
    """And what the machine makes of it when nothing goes wrong; or the same context, where an operator or a timer made
    the commit, or it was the way out of the last failure."""
    outputs: dict[tuple[str, int], set[str]] = defaultdict(set)
    for run in story.runs:
        if run.ended is not None and run.ended.context is not None:
            outputs[run.began.correlation_id, run.began.step].add(run.ended.context)
    scenario = simulated.scenario
    casts = [cast for cast in (scenario.cast, scenario.later) if cast is not None] if scenario.knowable else []
    pure = {graph_of(machine.fingerprint): machine for cast in casts for machine in _pure(cast).values()}
    for name, commits in story.commits.items():
        for before, after in pairwise(commits):
            text, step = after.record.context or "", before.record.step
            if _runs_nothing(after):
                if text != before.record.context:
                    yield f"{name}: the context changed with step {step + 1}, though nothing ran"
            elif before.record.status is not Status.RUNNING:
                yield f"{name}: step {step + 1} was run, although step {step} was {before.record.status.value}"
            elif pure and text != replayed(pure[graph_of(after.record.definition)], before.record):
                yield f"{name}: the context of step {step + 1} is not what its actions make of step {step}"
            elif text not in outputs[name, step]:
                yield f"{name}: no run of step {step} made the context of step {step + 1}"


def i7_a_step_runs_only_after_the_one_before_is_committed(simulated: Simulated, story: Story) -> Iterator[str]:
    for run in story.runs:
        began = run.began
        committed = story.committed_at.get((began.correlation_id, began.step))
        if committed is None or committed.call.number > began.number:
            yield f"{began.correlation_id} ran step {began.step} at event {began.number}, before its commit"


def replayed(machine: AnyMachine, record: Instance) -> str:
    """The context that the next step leads to."""
    functions, text = pending(machine, record.definition) or (), record.context or ""
    context = _CODEC.decode(machine.context, migrated(functions, text) if functions else text)
    step = Step(record.machine, record.correlation_id, number=record.step, data_text=record.data)
    record = taken_up(record, machine)
    advance(machine, record.state, record.event or "", context, step, never)
    return _CODEC.encode(context)


def _shown(effect: object) -> Instance | None:
    match effect:
        case Committed(instance=record) | Refused(found=record):
            return record
        case Instance():
            return effect
        case _:
            return None


def _runs_nothing(written: Written) -> bool:
    write = written.write
    expected = write.expected if isinstance(write, Commit) else Status.RUNNING
    return expected is not Status.RUNNING or written.record.error is not None
