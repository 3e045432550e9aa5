"""Chance, beyond the contract of its port."""

from __future__ import annotations

import random
import subprocess
import sys
import uuid

from fsm_adapters.system.random import SeededRandom, SystemRandom

DRAW = (
    "from fsm_adapters.system.random import SeededRandom\n"
    "chance = SeededRandom(7)\n"
    "print([(chance.id(), chance.jitter(60.0)) for _ in range(5)])"
)


def test_one_seed_gives_one_sequence_in_every_process() -> None:
    chance = SeededRandom(7)
    here = [(chance.id(), chance.jitter(60.0)) for _ in range(5)]
    there = subprocess.run([sys.executable, "-c", DRAW], capture_output=True, text=True, check=True).stdout
    assert there.strip() == repr(here)


def test_another_seed_gives_another_sequence() -> None:
    assert SeededRandom(7).id() != SeededRandom(8).id()


def test_seed_can_be_told() -> None:
    assert SeededRandom(7).seed == 7


def test_ids_of_the_system_are_uuids() -> None:
    assert uuid.UUID(SystemRandom().id()).version == 4


def test_process_restored_from_a_snapshot_draws_anew() -> None:
    """All that Python's own generator remembers is the same again; what the system gives is not."""
    chance, snapshot = SystemRandom(), random.getstate()
    first = (chance.id(), chance.jitter(1.0))
    random.setstate(snapshot)
    second = (chance.id(), chance.jitter(1.0))
    assert first[0] != second[0]
    assert first[1] != second[1]
    assert vars(chance) == {}
