"""Where the programs are that tests start, and what becomes of a test without one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

import pytest

INSTALL: Final = "./run-tests installs it; see .ci/backends.sh"


def folder() -> Path:
    """Where `.ci/backends.sh` puts what is not one of the system's packages."""
    if named := os.environ.get("FSM_BACKENDS"):
        return Path(named)
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "lambda-fsm"
    found = sorted(cache.glob("backends-*"), key=lambda one: one.stat().st_mtime)
    return found[-1] if found else cache / "backends"


def file(name: str, inside: str) -> Path:
    """A file below `folder`."""
    found = folder() / inside
    return found if found.exists() else missing(name)


def program(name: str, package: str) -> Path:
    """A program on the path."""
    found = shutil.which(name) or shutil.which(name, path=str(folder() / "debian/usr/bin"))
    return Path(found) if found else missing(name, f"apt-get install {package}")


def missing(name: str, install: str = INSTALL) -> Path:
    """Skips the test, or fails it where every back end is required."""
    told = f"{name} is not installed: {install}"
    if os.environ.get("FSM_REQUIRE_BACKENDS"):
        pytest.fail(told)
    pytest.skip(told)
