"""What a transition costs: I14."""

from __future__ import annotations

from collections.abc import Iterator

from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import Story, by_workers

_OF_THE_SOURCE = frozenset({"receive", "settle", "extend"})


def i14_calls_stay_within_the_table(simulated: Simulated, story: Story) -> Iterator[str]:
    """Where nothing goes wrong: calls by workers, but for those by which messages come and go.

    A machine's last step has nothing to send, which leaves one call for what happens once a machine.
    """
    allowed = simulated.scenario.calls
    if not allowed:
        return
    made = sum(by_workers(call.process) and call.operation not in _OF_THE_SOURCE for call in story.calls)
    transitions = sum(len(commits) - 1 for commits in story.commits.values())
    if made > allowed * transitions + len(simulated.started):
        yield f"{made} calls for {transitions} transitions, not {allowed} each"
