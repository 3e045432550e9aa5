"""A claim check changes nothing: I13."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import Story
from fsm_ports.instance import Instance, Status

Content = tuple[int, Status, str, str | None, str | None, str | None, int]


def i13_thin_and_whole_messages_commit_identical_records(thin: Simulated, whole: Simulated) -> Iterator[str]:
    """Of the same machines, whose faults and failures need not be the same."""
    of_thin, of_whole = Story(thin.trace), Story(whole.trace)
    for name in thin.started:
        one = [_content(written.record) for written in of_thin.commits.get(name, [])]
        other = [_content(written.record) for written in of_whole.commits.get(name, [])]
        if one != other:
            differ = [f"{a} and {b}" for a, b in zip_longest(one, other) if a != b]
            yield f"{name}: thin and whole messages lead to {differ[0]}"


def _content(record: Instance) -> Content:
    """What a commit says of the machine, not of the way there."""
    return record.step, record.status, record.state, record.event, record.context, record.data, record.work
