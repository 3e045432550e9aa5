"""No test of the harness takes real time."""

from __future__ import annotations

import time

import pytest

from tests.unit.fsm_bootstrap.testing.machines import ran


@pytest.fixture(autouse=True)
def no_real_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(seconds: float) -> None:
        raise AssertionError(f"a real sleep of {seconds} s")

    monkeypatch.setattr(time, "sleep", sleep)


@pytest.fixture(autouse=True)
def nothing_ran() -> None:
    ran.clear()
