"""The directory keeps the contracts of its ports; the suites come with lambda-fsm."""

from pathlib import Path

import pytest
from fsm_directory_bus import DirectoryBus

from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import MessageSourceContract, RetrySchedulerContract, RetrySubject


def a_directory(path: Path) -> RetrySubject:
    clock = VirtualClock()
    bus = DirectoryBus(path, clock, SystemRandom())
    return RetrySubject(clock=clock, bus=bus, source=bus, alone=True)


class TestDirectoryAsRetryScheduler(RetrySchedulerContract):
    @pytest.fixture
    def subject(self, tmp_path: Path) -> RetrySubject:
        return a_directory(tmp_path)


class TestDirectoryAsSource(MessageSourceContract):
    @pytest.fixture
    def subject(self, tmp_path: Path) -> RetrySubject:
        return a_directory(tmp_path)
