"""A check without types is quick: counted in what it loads, for times are the machine's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.fsm_domain.test_import_weight import loaded_by

EXAMPLES = Path(__file__).resolve().parents[4] / "examples"
HEAVY = {"asyncio", "boto3", "botocore", "dependency_injector", "mypy", "pydantic_settings", "sqlite3"}


@pytest.mark.parametrize(("spec", "heavy"), [("approval/machines.py", {*HEAVY, "yaml"}), ("tracer/fsm.yaml", HEAVY)])
def test_what_it_loads(spec: str, heavy: set[str]) -> None:
    arguments = ["check", "--no-types", str(EXAMPLES / spec)]
    loaded = loaded_by(f"from fsm_bootstrap.cli.main import run\nassert run({arguments!r}) == 0")
    assert "fsm_bootstrap" in loaded
    assert loaded & heavy == set()
