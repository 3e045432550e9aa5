"""For the tests of your own machines: the real protocol on memory adapters, a virtual clock and seeded chance.

Nothing is imported before it is asked for: pytest loads the plugin of this package at every start.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fsm_bootstrap.testing.crashes import Point, WorkerDied
    from fsm_bootstrap.testing.factory import HarnessFactory
    from fsm_bootstrap.testing.faults import PortName
    from fsm_bootstrap.testing.harness import Harness
    from fsm_bootstrap.testing.motion import NotAtRest
    from fsm_bootstrap.testing.network import NetworkBlocked
    from fsm_bootstrap.testing.run import Ran, run_in_memory

__all__ = [
    "Harness",
    "HarnessFactory",
    "NetworkBlocked",
    "NotAtRest",
    "Point",
    "PortName",
    "Ran",
    "WorkerDied",
    "run_in_memory",
]

_MODULES: Final = {
    "Harness": "harness",
    "HarnessFactory": "factory",
    "NetworkBlocked": "network",
    "NotAtRest": "motion",
    "Point": "crashes",
    "PortName": "faults",
    "Ran": "run",
    "WorkerDied": "crashes",
    "run_in_memory": "run",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
