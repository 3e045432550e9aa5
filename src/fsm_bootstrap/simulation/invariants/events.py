"""Outside events: I19."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import Story
from fsm_ports.instance import ENDED
from fsm_ports.writes import AppendEvent, Commit


def i19_an_event_is_taken_at_most_once_and_never_lost(simulated: Simulated, story: Story) -> Iterator[str]:
    """What the inbox has accepted is taken or still there, for as long as the machine lives."""
    for name, versions in story.versions.items():
        taken = Counter(w.write.taken for w in versions if isinstance(w.write, Commit) and w.write.taken)
        for event, times in taken.items():
            if times > 1:
                yield f"{name} took the event {event} {times} times"
        last = versions[-1].record
        kept = {event.id for event in last.inbox}
        for written in versions:
            if isinstance(written.write, AppendEvent) and last.status not in ENDED:
                event = written.write.event.id
                if event not in taken and event not in kept:
                    yield f"{name} accepted the event {event}, and has lost it"
