"""The chaos tests' judge finds what it is there for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from fsm_bootstrap.application import build_application
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.source import Source
from fsm_contract import samples
from tests.e2e.chaos.machine import STATES, chaotic
from tests.e2e.chaos.verdict import Run, doubled_by_runs, verdict

MARKS = tuple("abcdef")
SOUND = {("m", n): [Run(mark, MARKS[:n])] for n, mark in enumerate(MARKS)}


def found(runs: Mapping[tuple[str, int], Sequence[Run]]) -> list[str]:
    record = samples.record("m", 0.0)._replace(context=json.dumps({"marks": MARKS}))
    return list(doubled_by_runs(record, runs))


def test_one_commit_a_step_is_sound_however_often_it_ran() -> None:
    assert len(MARKS) == STATES
    assert not found({**SOUND, ("m", 2): [Run("x", MARKS[:2]), *SOUND["m", 2]]})


@pytest.mark.parametrize(
    ("step", "run", "said"),
    [
        (3, Run("x", ("a", "b", "z")), "a run of step 3 met"),  # step 2 was committed with z, too
        (3, Run("x", ("a", "b")), "a run of step 3 met"),  # the step went forward and the context did not
    ],
)
def test_a_run_that_met_another_commit_tells_of_it(step: int, run: Run, said: str) -> None:
    assert said in found({**SOUND, ("m", step): [*SOUND["m", step], run]})[0]


def test_a_mark_that_no_run_made_is_told_of() -> None:
    assert found({**SOUND, ("m", 5): [Run("x", MARKS[:5])]}) == ["m: nobody ran what the record says of step 5"]


def test_a_machine_that_is_still_on_its_way_is_lost(tmp_path: Path) -> None:
    store = Source(f"sqlite:///{tmp_path}/fsm.db")
    with build_application(ExplicitSettings(primary_stream_source=store), [chaotic]) as app:
        app.client.start("chaotic", {"marks": []}, correlation_id="m")
        told = verdict(app, ["m"], tmp_path, [], whole_history=True)
    assert told.lost == ["m: running at step 0: "]
