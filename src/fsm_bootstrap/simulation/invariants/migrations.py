"""What a later definition makes of contexts: I21."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import Story
from fsm_domain.machine.fingerprint import context_of

THROUGH = "through"
"""Where the migrations of simulated machines leave their names, each one for every time that it ran."""


def i21_a_migration_runs_once_and_the_record_says_so(simulated: Simulated, story: Story) -> Iterator[str]:
    if not any(machine.migrations for machine in simulated.later.values()):
        return
    for name, commits in story.commits.items():
        for written in commits:
            record = written.record
            been = json.loads(record.context or "{}").get(THROUGH, [])
            if len(been) != len(set(been)):
                yield f"{name}: the context of step {record.step} has been through {', '.join(been)}"
            elif context_of(record.definition) != (been[-1] if been else ""):
                yield f"{name}: step {record.step} says {record.definition!r}, and went through {been}"
