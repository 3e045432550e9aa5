"""`import fsm_domain` stays light: a cold start pays for every module."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = ("asyncio", "boto3", "botocore", "dependency_injector", "hashlib", "json", "pydantic", "redis", "yaml")


def loaded_by(program: str) -> set[str]:
    """Top-level modules that a new interpreter has after the program."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules, sep='\\n')"],
        env=environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.fixture(scope="module")
def modules() -> set[str]:
    return loaded_by("import fsm_domain")


@pytest.mark.parametrize("heavy", HEAVY)
def test_import_fsm_domain_does_not_load(heavy: str, modules: set[str]) -> None:
    assert "fsm_domain" in modules
    assert heavy not in modules


def test_loaded_modules_are_seen() -> None:
    assert "asyncio" in loaded_by("import asyncio")
