"""Clocks, chance and codec keep the contracts of their ports."""

from __future__ import annotations

import pytest

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_adapters.system.clock import SystemClock, VirtualClock
from fsm_adapters.system.random import SeededRandom, SystemRandom
from fsm_contract import (
    ClockContract,
    ClockSubject,
    CodecSubject,
    ContextCodecContract,
    RandomContract,
    RandomSubject,
)


class TestSystemClock(ClockContract):
    adapter = SystemClock

    @pytest.fixture
    def subject(self) -> ClockSubject:
        return ClockSubject(clock=SystemClock())


class TestVirtualClock(ClockContract):
    adapter = VirtualClock

    @pytest.fixture
    def subject(self) -> ClockSubject:
        return ClockSubject(clock=VirtualClock())


class TestSystemRandom(RandomContract):
    adapter = SystemRandom

    @pytest.fixture
    def subject(self) -> RandomSubject:
        return RandomSubject(random=SystemRandom())


class TestSeededRandom(RandomContract):
    adapter = SeededRandom

    @pytest.fixture
    def subject(self) -> RandomSubject:
        return RandomSubject(random=SeededRandom(7))


class TestJsonCodec(ContextCodecContract):
    adapter = JsonCodec

    @pytest.fixture
    def subject(self) -> CodecSubject:
        return CodecSubject(codec=JsonCodec())
