"""No adapter and no failover wrapper goes without the contract suite of each of its ports."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import fsm_adapters
import fsm_contract
import fsm_domain.failover
import fsm_ports
from fsm_contract import Suite

HERE = Path(__file__).parent

SUITES: dict[type, type[Suite]] = {
    fsm_ports.CheckpointStore: fsm_contract.CheckpointStoreContract,
    fsm_ports.Clock: fsm_contract.ClockContract,
    fsm_ports.ContainerRunner: fsm_contract.ContainerRunnerContract,
    fsm_ports.ContextCodec: fsm_contract.ContextCodecContract,
    fsm_ports.EnvironmentStore: fsm_contract.EnvironmentStoreContract,
    fsm_ports.EventBus: fsm_contract.EventBusContract,
    fsm_ports.HistoryLog: fsm_contract.HistoryLogContract,
    fsm_ports.LockCache: fsm_contract.LockCacheContract,
    fsm_ports.MessageSource: fsm_contract.MessageSourceContract,
    fsm_ports.MetricsSink: fsm_contract.MetricsSinkContract,
    fsm_ports.Random: fsm_contract.RandomContract,
    fsm_ports.RetryScheduler: fsm_contract.RetrySchedulerContract,
}

WITHOUT_SUITE = {fsm_ports.EventHandler}
"""The driving port: the domain implements it, and the simulation is its proof."""


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def _classes(package: ModuleType) -> Iterator[type]:
    for module in _modules(package):
        for _, found in inspect.getmembers(module, inspect.isclass):
            if found.__module__ == module.__name__:
                yield found


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _implementations() -> list[tuple[type, type]]:
    """Each concrete class of the adapters and of failover, with each port that it implements."""
    found = {kind for package in (fsm_adapters, fsm_domain.failover) for kind in _classes(package)}
    concrete = [kind for kind in sorted(found, key=_name) if not inspect.isabstract(kind)]
    return [(kind, port) for kind in concrete for port in SUITES if port in kind.__mro__]


def _suites_run() -> list[type[Suite]]:
    """The suites that the tests beside this one run on some adapter."""
    modules = [importlib.import_module(f"tests.contract.{path.stem}") for path in sorted(HERE.glob("test_*.py"))]
    found = [member for module in modules for _, member in inspect.getmembers(module, inspect.isclass)]
    return [kind for kind in found if issubclass(kind, Suite) and kind.__name__.startswith("Test")]


def _needs(suite: type[Suite], kind: type) -> bool:
    return not any(issubclass(run, suite) and run.adapter is kind for run in _suites_run())


def test_every_port_has_a_suite() -> None:
    ports = {kind for kind in _classes(fsm_ports) if getattr(kind, "_is_protocol", False)}
    assert ports == SUITES.keys() | WITHOUT_SUITE


def test_every_suite_is_the_suite_of_a_port() -> None:
    named = {
        kind for kind in vars(fsm_contract).values() if inspect.isclass(kind) and kind.__name__.endswith("Contract")
    }
    assert named == set(SUITES.values())


def test_adapters_and_failover_wrappers_are_found() -> None:
    """Lest the test below has nothing to look at."""
    folders = {kind.__module__.split(".")[1] for kind, _ in _implementations() if kind.__module__.startswith("fsm_a")}
    assert {"codec", "memory", "sqlite", "system"} <= folders
    assert any(kind.__module__.startswith("fsm_domain.failover.") for kind, _ in _implementations())


@pytest.mark.parametrize(("kind", "port"), _implementations(), ids=lambda kind: kind.__name__)
def test_adapter_is_run_on_the_suite_of_its_port(kind: type, port: type) -> None:
    suite = SUITES[port]
    assert not _needs(suite, kind), f"{_name(kind)}: no test class in tests/contract runs {suite.__name__} on it"
