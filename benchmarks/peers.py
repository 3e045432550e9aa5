"""Others that do the same work: whether they are installed, and how to install them."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

INSTALL: Final = "pip install 'lambda-fsm[bench]'"
_MODULES: Final = {
    "transitions": "transitions",
    "python-statemachine": "statemachine",
    "dbos": "dbos",
    "burr": "burr",
}


def is_installed(peer: str) -> bool:
    """The peer can be measured here."""
    if peer == "aws-lambda-fsm":
        return original() is not None
    return find_spec(_MODULES[peer]) is not None


def missing(*peers: str) -> list[str]:
    """A line for each that is not installed: its name, and what installs it."""
    return [f"{peer} is not installed: {_remedy(peer)}" for peer in peers if not is_installed(peer)]


def backends() -> Path:
    """Where `.ci/backends.sh` puts what is no package of the system."""
    if named := os.environ.get("FSM_BACKENDS"):
        return Path(named)
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "lambda-fsm"
    found = sorted(cache.glob("backends-*"), key=lambda one: one.stat().st_mtime)
    return found[-1] if found else cache / "backends"


def original() -> Path | None:
    """The folder to put on the path to import ``aws_lambda_fsm``; it pins releases that do not build any more."""
    place = backends() / "original"
    return place if (place / "aws_lambda_fsm").is_dir() else None


def import_original() -> None:
    """Make ``aws_lambda_fsm`` importable."""
    place = original()
    if place is not None and str(place) not in sys.path:
        sys.path.insert(0, str(place))


def _remedy(peer: str) -> str:
    return "./run-tests installs it; see .ci/backends.sh" if peer == "aws-lambda-fsm" else INSTALL
