"""Which actions run, and when: I10, I11, I17, I20."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from fsm_bootstrap.simulation.set_ups import HOLDING
from fsm_bootstrap.simulation.simulation import Simulated, has_later_code
from fsm_bootstrap.simulation.story import Run, Story, Written, rests
from fsm_bootstrap.simulation.trace import NOT_REACHED, Call, Crashed, RunBegan, RunEnded
from fsm_domain.runtime.definitions import key_of
from fsm_domain.runtime.registry import AnyMachine
from fsm_domain.runtime.taking_up import taken_up, unknown
from fsm_ports.instance import Instance, Status
from fsm_ports.results import Refused
from fsm_ports.writes import Commit, EnterAttempt, Fail, LeaveAttempt, Resume


def i10_what_rests_starts_nothing_but_what_was_in_flight(simulated: Simulated, story: Story) -> Iterator[str]:
    """Each copy of the message at hand may have been on its way; a pause discards no finished run."""
    while_resting: dict[tuple[str, int], int] = defaultdict(int)
    for run in story.runs:
        began = run.began
        record = story.at(began.correlation_id, began.number)
        if record is None or not rests(record):
            continue
        key = began.correlation_id, began.step
        while_resting[key] += 1
        if _rested_since_its_commit(story, began):
            yield f"{began.correlation_id} rests since step {began.step} was committed, and ran it"
        elif while_resting[key] > _copies(simulated, story, began):
            yield f"{began.correlation_id} rests, and ran step {began.step} more often than it was sent"
    for call in story.calls:
        if call.operation == "commit":
            for item, effect in zip(call.items, call.effects, strict=True):
                if isinstance(item, Commit) and isinstance(effect, Refused) and _discarded(item, effect.found):
                    yield f"{item.instance.correlation_id}: a pause discarded the run of step {item.instance.step - 1}"


def i11_runs_of_a_step_do_not_overlap(simulated: Simulated, story: Story) -> Iterator[str]:
    """Where a lock that never fails, or the source's own claims, keep them apart; until the run's claim is over."""
    if not simulated.scenario.exclusive:
        return
    of_step: dict[tuple[str, int], list[Run]] = defaultdict(list)
    for run in story.runs:
        of_step[run.began.correlation_id, run.began.step].append(run)
    for (correlation_id, step), runs in of_step.items():
        for one, other in combinations(runs, 2):
            ended = one.ended is not None and one.ended.number < other.began.number
            if not ended and other.began.at < min(one.over, one.began.deadline):
                yield f"{correlation_id}: two runs of step {step} overlap at {other.began.at}"


def i17_a_machine_fails_only_once_its_retries_are_spent(simulated: Simulated, story: Story) -> Iterator[str]:
    """On failures of its own, crashes while it was in hand, and runs of its own that outlived their claim.

    Or nobody came in time for what only other code knows.
    """
    for written in story.writes:
        failed = _exhausted(written)
        if failed is not None and not _awaited_in_vain(simulated, story, written):
            name, step = failed
            machine = simulated.machines[written.record.machine]
            spent = _spent(story, name, step, written.call)
            if spent <= min(machine.retry_for(state).max_retries for state in machine.nodes):
                yield f"{name} gave up step {step} after {spent} failures, crashes and overlong runs"


def i20_no_retry_runs_before_its_time(simulated: Simulated, story: Story) -> Iterator[str]:
    """Unless some road that cannot hold it carried a copy.  A step with a delay never does.  Clocks may differ."""
    early = simulated.scenario.limits.early + 2 * simulated.scenario.faults.skew
    for run in story.runs:
        began = run.began
        committed = story.committed_at.get((began.correlation_id, began.step))
        if committed is not None and began.at < committed.record.not_before - early:
            yield f"{began.correlation_id} ran step {began.step} at {began.at}, before its delay was over"
        copies = [
            carried
            for carried in story.carried.get((began.correlation_id, began.step), ())
            if carried.message.retries == began.retries and carried.call.number < began.number
        ]
        if simulated.emits and not began.retries:
            continue  # the store itself delivered it; what the roads carry was put off, since nobody here knew it
        if not copies or any(carried.call.port not in HOLDING for carried in copies):
            continue
        due = min(carried.message.not_before for carried in copies)
        if began.at < due - early:
            yield f"{began.correlation_id} ran step {began.step} at {began.at}, which was due at {due}"


def _rested_since_its_commit(story: Story, began: RunBegan) -> bool:
    committed = story.committed_at.get((began.correlation_id, began.step))
    if committed is None:
        return False
    return all(map(rests, story.between(began.correlation_id, committed.call.number, began.number)))


def _copies(simulated: Simulated, story: Story, began: RunBegan) -> int:
    sent = sum(c.call.number < began.number for c in story.carried.get((began.correlation_id, began.step), ()))
    if not simulated.emits:
        return sent + (simulated.scenario.limits.chain > 1)  # a link of a chain needs no message
    resumed = sum(isinstance(written.write, Resume) for written in story.versions[began.correlation_id])
    return sent + 1 + resumed


def _discarded(commit: Commit, found: Instance | None) -> bool:
    if found is None or commit.expected is not Status.RUNNING:
        return False
    return found.paused and found.status is Status.RUNNING and found.step == commit.instance.step - 1


def _exhausted(written: Written) -> tuple[str, int] | None:
    """The step that was given up: the machine failed, or went on by the way that it keeps for this."""
    write, record = written.write, written.record
    if isinstance(write, Fail):
        return record.correlation_id, record.step
    if isinstance(write, Commit) and write.expected is Status.RUNNING and record.error is not None:
        return record.correlation_id, record.step - 1
    return None


def _awaited_in_vain(simulated: Simulated, story: Story, written: Written) -> bool:
    """Whoever failed it does not know its event, and has left it to others since its commit for as long as they may
    come: what may be by code that is gone for as long as a deploy takes, other things longer."""
    record = written.record
    here = simulated.later if simulated.later and has_later_code(written.call.process) else simulated.machines
    committed = story.committed_at.get((record.correlation_id, record.step))
    if committed is None or not isinstance(written.write, Fail):
        return False
    own, limits, since = here[record.machine], simulated.scenario.limits, committed.record.updated_at
    patience = limits.coexistence if since > _first_used(story, own, written.call) else limits.rollout
    return written.write.now - since >= patience and unknown(own, taken_up(record, own)) is not None


def _first_used(story: Story, own: AnyMachine, by: Call) -> float:
    """As the process knows it: from when its definition is kept, else from its own beginning.  What was written before
    may be by code that is gone."""
    born = next(event.at for event in story.events if getattr(event, "process", None) == by.process)
    kept = story.committed_at.get((key_of(own.name, own.fingerprint), 0))
    known = kept is not None and kept.call.number < by.number
    return min(born, kept.record.started_at) if kept is not None and known else born


def _spent(story: Story, name: str, step: int, by: Call) -> int:
    """Until the call by which the step was given up.

    A process has in hand what it began to run, or entered its attempt at, last.  What it holds when it dies, or when
    the claim ends under it, is to blame; its neighbours in the batch are not.
    """
    spent = 0
    in_hand: dict[str, tuple[str, int, float] | None] = defaultdict(lambda: None)
    outlived: set[tuple[str, float]] = set()
    for event in story.events[: by.number]:
        for process, held in in_hand.items():
            if held is not None and held[:2] == (name, step) and held[2] <= event.at:
                outlived.add((process, held[2]))
        match event:
            case RunBegan():
                in_hand[event.process] = event.correlation_id, event.step, event.deadline
            case RunEnded(context=None):
                held = in_hand[event.process]
                spent += held is not None and held[:2] == (name, step)
            case Crashed():
                held = in_hand.pop(event.process, None)
                if held is not None and held[:2] == (name, step) and (event.process, held[2]) not in outlived:
                    spent += 1
            case Call():
                spent += _noted(event, name, step, in_hand)
            case _:
                pass
    return spent + len(outlived)


def _noted(call: Call, name: str, step: int, in_hand: dict[str, tuple[str, int, float] | None]) -> int:
    """Follow what a call says of the process's hands; 1 where a run could not sign off."""
    could_not_leave = 0
    for item, effect in zip(call.items, call.effects, strict=call.operation == "mark"):
        held = in_hand[call.process]
        if isinstance(item, EnterAttempt):
            in_hand[call.process] = item.correlation_id, item.step, item.attempt.until
        elif isinstance(item, LeaveAttempt):
            could_not_leave += effect is NOT_REACHED and (item.correlation_id, item.step) == (name, step)
            in_hand[call.process] = None
        elif isinstance(item, Commit) and held is not None and held[0] == item.instance.correlation_id:
            in_hand[call.process] = None if effect is not NOT_REACHED else held
    return could_not_leave
