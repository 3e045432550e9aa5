"""What makes no sense together is refused before the first message."""

from __future__ import annotations

import pytest

from fsm_adapters.memory.emitting_table import MemoryTable
from fsm_adapters.memory.stream import MemoryStream
from fsm_domain.machine.errors import MachineError
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.registry import registry
from tests.unit.fsm_domain.runtime.world import World, line, says


def test_chaining_over_a_store_that_emits_and_cannot_hold_is_refused() -> None:
    world = World(line(says("next")))
    with pytest.raises(ValueError, match="MAX_CHAINED_TRANSITIONS=2"):
        world.with_runtime(store=MemoryTable(MemoryStream(world.clock)), limits=Limits(chain=2))


def test_two_machines_of_one_name_are_refused() -> None:
    with pytest.raises(MachineError, match="two machines are called 'line'"):
        registry([line(says("next")), line(says("next"))])


def test_a_chain_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one transition"):
        Limits(chain=0)
