"""The table of adapters, and those that other packages bring."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from fsm_adapters.memory.event_bus import MemoryQueue
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_bootstrap import registry
from fsm_bootstrap.registry import Stream
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.errors import PortMisconfigured


@pytest.fixture
def supplies() -> Supplies:
    return Supplies(ExplicitSettings(), VirtualClock(), SeededRandom(1))


@pytest.mark.parametrize(("key", "path"), registry.BUILT_IN.items())
def test_every_built_in_factory_exists(key: tuple[str, str], path: str) -> None:
    module, _, name = path.partition(":")
    assert callable(getattr(import_module(module), name))
    assert key[0] in {port.name for port in registry.PORTS}


def test_unknown_kind_names_setting_known_ones_and_the_way_to_add_one(supplies: Supplies) -> None:
    with pytest.raises(PortMisconfigured) as raised:
        registry.make(registry.STREAM, Source("carrier-pigeon://loft"), supplies, "PRIMARY_STREAM_SOURCE")
    said = str(raised.value)
    assert said.startswith("PRIMARY_STREAM_SOURCE=carrier-pigeon://loft: ")
    assert "known: dynamodb, kinesis, memory, sns, sqlite, sqs;" in said
    assert "'stream+carrier-pigeon' in the group 'fsm.adapters'" in said


def test_kind_known_for_another_port_only_is_unknown(supplies: Supplies) -> None:
    with pytest.raises(
        PortMisconfigured, match="nothing serves 'log' as checkpoint source; known: dynamodb, memory, sq"
    ):
        registry.make(registry.CHECKPOINT, Source("log://"), supplies, "PRIMARY_CHECKPOINT_SOURCE")


def make_pigeons(source: Source, supplies: Supplies) -> Stream:
    """What a package's entry point leads to."""
    return Stream(MemoryQueue(supplies.clock, name=source))


def test_another_package_adds_a_kind_by_an_entry_point(supplies: Supplies, monkeypatch: pytest.MonkeyPatch) -> None:
    def installed(group: str) -> list[EntryPoint]:
        return [EntryPoint("stream+pigeon", "pigeons:stream", group)] if group == registry.GROUP else []

    monkeypatch.setitem(sys.modules, "pigeons", ModuleType("pigeons"))
    monkeypatch.setattr(sys.modules["pigeons"], "stream", make_pigeons, raising=False)
    monkeypatch.setattr(registry, "entry_points", installed)
    made = registry.make(registry.STREAM, Source("pigeon://loft"), supplies, "PRIMARY_STREAM_SOURCE")
    assert isinstance(made.bus, MemoryQueue)
    with pytest.raises(PortMisconfigured, match="known: dynamodb, kinesis, memory, pigeon, sns, sqlite, sqs"):
        registry.make(registry.STREAM, Source("crow://loft"), supplies, "PRIMARY_STREAM_SOURCE")


def test_what_is_shared_is_made_once_for_each_key(supplies: Supplies) -> None:
    def make() -> list[int]:
        return []

    assert supplies.shared(list, "a", make) is supplies.shared(list, "a", make)
    assert supplies.shared(list, "a", make) is not supplies.shared(list, "b", make)
