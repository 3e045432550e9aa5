"""What a simulation met on its way: a proof that meets none of it proves nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise

from fsm_bootstrap.simulation.story import Delivered, Story, by_workers
from fsm_bootstrap.simulation.trace import Call, Crashed, NotReached
from fsm_domain.machine.fingerprint import context_of, graph_of
from fsm_ports.errors import OutcomeUnknown, PortError
from fsm_ports.instance import Instance, Status
from fsm_ports.messages import Defer
from fsm_ports.names import DEADLINE_EVENT
from fsm_ports.results import Busy, Committed
from fsm_ports.writes import AppendEvent, Commit, EnterAttempt, Fail, Resume, Touch


def marks(story: Story) -> Counter[str]:
    """How often the simulation met each of `MARKS`."""
    return Counter({name: sum(1 for _ in meets(story)) for name, meets in MARKS.items()})


def _owed(story: Story) -> Iterator[Delivered]:
    for one in story.deliveries:
        found = _found(story, one)
        if found is not None and found.step > one.message.step and one.position == found.position:
            yield one


def _stale(story: Story) -> Iterator[Delivered]:
    for one in story.deliveries:
        found = _found(story, one)
        if found is not None and found.step > one.message.step and one.position != found.position:
            yield one


def _deadlines_lost(story: Story) -> Iterator[Delivered]:
    for one in _stale(story):
        if one.message.status is Status.WAITING:
            yield one


def _thin(story: Story) -> Iterator[Delivered]:
    return (one for one in story.deliveries if one.message.context is None)


def _hops(story: Story) -> Iterator[Delivered]:
    return (one for one in story.deliveries if one.message.not_before > one.received.at + 1)


def _takeovers(story: Story) -> Iterator[object]:
    return (w for w in story.writes if isinstance(w.write, EnterAttempt) and len(w.record.attempts) > 1)


def _holds_expired(story: Story) -> Iterator[Delivered]:
    """A link of a chain that nobody went on with."""
    held = {
        (w.record.correlation_id, w.record.step): w.write.hold_until
        for w in story.writes
        if isinstance(w.write, Commit) and w.write.hold_until
    }
    for one in story.deliveries:
        until = held.get((one.message.correlation_id, one.message.step))
        if until is not None and one.received.port == "records" and one.received.at >= until:
            yield one


def _secondary(story: Story) -> Iterator[Call]:
    for call in story.calls:
        if call.port.endswith("2") and call.operation in ("send", "commit", "acquire"):
            yield from (call for effect in call.effects if not isinstance(effect, PortError | NotReached))


def _both_down(story: Story) -> Iterator[Call]:
    """Two back ends of a kind refuse one process within one batch."""
    failed: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for call in story.calls:
        kinds = failed[call.process]
        if call.operation in ("receive", "settle"):
            kinds.clear()
        elif call.answers and all(isinstance(answer, PortError) for answer in call.answers):
            kinds[call.operation].add(call.port)
            if len(kinds[call.operation]) == 2:
                yield call


def _busy(story: Story) -> Iterator[object]:
    return (effect for call in story.calls for effect in call.effects if isinstance(effect, Busy))


def _deferred(story: Story) -> Iterator[Delivered]:
    return (one for one in story.deliveries if isinstance(one.outcome, Defer))


def _written(kind: type) -> Callable[[Story], Iterator[object]]:
    return lambda story: (written for written in story.writes if isinstance(written.write, kind))


def _from_the_inbox(story: Story) -> Iterator[object]:
    for written in story.writes:
        if isinstance(written.write, Commit) and written.write.taken and by_workers(written.call.process):
            yield written


def _deadlines_fired(story: Story) -> Iterator[object]:
    return (w for w in story.writes if isinstance(w.write, Commit) and w.record.event == DEADLINE_EVENT)


def _redriven(story: Story) -> Iterator[object]:
    return (w for w in story.writes if isinstance(w.write, Commit) and w.write.expected is Status.FAILED)


def _pauses_in_mid_action(story: Story) -> Iterator[object]:
    return (w for w in story.writes if isinstance(w.write, Commit) and w.record.paused and w.record.step)


def _chained(story: Story) -> Iterator[object]:
    return (w for w in story.writes if isinstance(w.write, Commit) and w.write.hold_until)


def _raised(story: Story) -> Iterator[object]:
    return (run for run in story.runs if run.raised)


def _zombies(story: Story) -> Iterator[object]:
    return (run for run in story.runs if run.ended is not None and run.ended.at > run.began.deadline)


def _crashes_in_actions(story: Story) -> Iterator[object]:
    return (run for run in story.runs if run.ended is None)


def _crashes_before_emission(story: Story) -> Iterator[object]:
    last: dict[str, list[object]] = defaultdict(list)
    for event in story.events:
        last[event.process].append(event)
    for events in last.values():
        for call, later in pairwise(events):
            if isinstance(later, Crashed) and isinstance(call, Call) and call.operation == "commit":
                yield from (call for effect in call.effects if isinstance(effect, Committed))


def _lost_answers(operation: str) -> Callable[[Story], Iterator[object]]:
    def meets(story: Story) -> Iterator[object]:
        for call in story.calls:
            if call.operation == operation:
                for effect, answer in zip(call.effects, call.answers, strict=True):
                    if isinstance(answer, OutcomeUnknown) and (effect is None or isinstance(effect, Committed)):
                        yield call

    return meets


def _quarantined(story: Story) -> Iterator[object]:
    return (call for call in story.calls if call.port == "dead" and call.operation == "send" and None in call.effects)


def _renamed(story: Story) -> Iterator[object]:
    """A machine went on under another definition."""
    for commits in story.commits.values():
        for before, after in pairwise(commits):
            if graph_of(before.record.definition) != graph_of(after.record.definition):
                yield after


def _migrated(story: Story) -> Iterator[object]:
    for commits in story.commits.values():
        for before, after in pairwise(commits):
            if context_of(before.record.definition) != context_of(after.record.definition):
                yield after


def _found(story: Story, one: Delivered) -> Instance | None:
    return story.at(one.message.correlation_id, one.received.number)


MARKS: dict[str, Callable[[Story], Iterator[object]]] = {
    "re-emission owed": _owed,
    "stale copy": _stale,
    "thin message": _thin,
    "takeover": _takeovers,
    "zombie": _zombies,
    "crash in an action": _crashes_in_actions,
    "crash between commit and emission": _crashes_before_emission,
    "answer of a commit lost": _lost_answers("commit"),
    "answer of a send lost": _lost_answers("send"),
    "action raised": _raised,
    "machine failed": _written(Fail),
    "quarantined": _quarantined,
    "busy": _busy,
    "deferred": _deferred,
    "hop": _hops,
    "chained": _chained,
    "hold expired": _holds_expired,
    "secondary accepted": _secondary,
    "both down": _both_down,
    "inbox": _written(AppendEvent),
    "taken from the inbox": _from_the_inbox,
    "deadline fired": _deadlines_fired,
    "deadline lost": _deadlines_lost,
    "paused in mid-action": _pauses_in_mid_action,
    "resumed": _written(Resume),
    "redriven": _redriven,
    "recovered": _written(Touch),
    "taken up by another definition": _renamed,
    "migrated": _migrated,
    "left to another definition": lambda story: iter(story.left),
}
"""By name, each occurrence of it."""
