"""Recovery is gentle: I18."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import Story
from fsm_ports.writes import Touch

ROADS_TRIED = 2
"""Roads on which one emission may be accepted: on the first without an answer, so on the second, too."""


def i18_recovery_touches_a_machine_once_per_age(simulated: Simulated, story: Story) -> Iterator[str]:
    """And sends nothing that it has not touched."""
    age = simulated.scenario.recovery
    touched: dict[str, list[float]] = defaultdict(list)
    for written in story.writes:
        if isinstance(written.write, Touch):
            touched[written.record.correlation_id].append(written.write.now)  # its call may have been held up
    for name, times in touched.items():
        if any(later - earlier < age for earlier, later in pairwise(times)):
            yield f"{name} was touched at {times}, more than once in {age} seconds"
    sent: dict[str, int] = defaultdict(int)
    for (name, _), every in story.carried.items():
        sent[name] += sum(carried.call.process.startswith("timer") for carried in every)
    for name, times_sent in sent.items():
        if times_sent > ROADS_TRIED * len(touched[name]):
            yield f"{name} was sent {times_sent} times by recovery, and touched {len(touched[name])} times"
