"""Every target under atheris, which steers by what an input reaches; and the corpus, input by input."""

from __future__ import annotations

import importlib.util
import os
import time
from pathlib import Path

import pytest

from tests.backends.programs import missing
from tests.fuzz.targets import CORPUS, TARGETS, corpus

FULL = bool(os.environ.get("FSM_TEST_FULL"))
SEED = int(os.environ.get("FSM_TEST_SEED") or 20261128)
KEPT = [(name, path) for name in TARGETS for path in corpus(name)]
PATIENCE = 5.0
"""Seconds for one input of the corpus."""


@pytest.mark.parametrize(("name", "path"), KEPT, ids=[f"{name}-{path.name}" for name, path in KEPT])
def test_what_was_a_finding_is_none_any_more(name: str, path: Path) -> None:
    began = time.process_time()
    TARGETS[name].run(path.read_bytes())
    assert time.process_time() - began < PATIENCE


def test_every_target_has_a_corpus_and_every_corpus_a_target() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} == set(TARGETS)
    assert all(corpus(name) for name in TARGETS)


@pytest.mark.timeout(7200 if FULL else 180)
@pytest.mark.parametrize("name", TARGETS)
def test_no_input_ends_in_anything_but_what_is_documented(name: str, tmp_path: Path) -> None:
    """... nor takes long, nor much memory."""
    if importlib.util.find_spec("atheris") is None:
        missing("atheris", "it has wheels for Linux on x86_64 alone")
    from tests.fuzz.campaign import fuzz

    wanted = TARGETS[name].executions if FULL else TARGETS[name].usual
    done = fuzz(name, wanted, SEED, tmp_path)
    print(f"seed {SEED}; FSM_TEST_SEED sets it: {done.executions} executions, {done.megabytes} MB")
    assert done.finding is None, done.finding
    assert done.executions >= wanted


def test_a_finding_is_found(tmp_path: Path) -> None:
    """Under atheris as anywhere: a target that goes wrong is told of, with its input."""
    if importlib.util.find_spec("atheris") is None:
        missing("atheris", "it has wheels for Linux on x86_64 alone")
    from tests.fuzz.campaign import fuzz

    done = fuzz("wrong", 100_000, SEED, tmp_path)
    assert done.finding is not None
    assert "AssertionError: found" in done.finding
    (kept,) = (tmp_path / "wrong").glob("crash-*")
    assert kept.read_bytes().startswith(b"no")
