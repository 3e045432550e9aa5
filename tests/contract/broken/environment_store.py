"""Wrong environment stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pytest

from fsm_adapters.memory import MemoryEnvironmentStore
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import EnvironmentStoreContract, EnvironmentSubject
from fsm_ports import PortError, PortRejected
from tests.contract.broken.rejection import rejected_by


class OnStore(EnvironmentStoreContract):
    wrong: ClassVar[type[MemoryEnvironmentStore]]

    @pytest.fixture
    def subject(self) -> EnvironmentSubject:
        clock = VirtualClock()
        return EnvironmentSubject(clock=clock, store=self.wrong(clock))


@rejected_by(OnStore, "test_put_under_a_known_key_replaces_all_of_it")
class MergesWithWhatWasThere(MemoryEnvironmentStore):
    def put(self, key: str, environment: Mapping[str, str], expires_at: float) -> PortError | None:
        before = self.get(key)
        if before is None or isinstance(before, PortError):
            return super().put(key, environment, expires_at)
        return super().put(key, {**before, **environment}, expires_at)


@rejected_by(OnStore, "test_changing_the_mapping_after_the_call_changes_nothing")
class KeepsTheCallersMapping(MemoryEnvironmentStore):
    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self._kept = dict[str, Mapping[str, str]]()

    def put(self, key: str, environment: Mapping[str, str], expires_at: float) -> PortError | None:
        self._kept[key] = environment
        return super().put(key, environment, expires_at)

    def get(self, key: str) -> Mapping[str, str] | None | PortError:
        found = super().get(key)
        return found and self._kept[key]


@rejected_by(OnStore, "test_environment_larger_than_a_task_can_bear_is_kept_whole")
class TakesNoMoreThanATask(MemoryEnvironmentStore):
    def put(self, key: str, environment: Mapping[str, str], expires_at: float) -> PortError | None:
        if sum(len(name) + len(value) for name, value in environment.items()) > 8192:
            return PortRejected("more than 8,192 characters")
        return super().put(key, environment, expires_at)


@rejected_by(OnStore, "test_environment_is_kept_until_it_expires", "test_later_put_moves_the_expiry")
class ForgetsTooEarly(MemoryEnvironmentStore):
    def put(self, key: str, environment: Mapping[str, str], expires_at: float) -> PortError | None:
        now = self._clock.now()
        return super().put(key, environment, now + (expires_at - now) / 2)


@rejected_by(OnStore, "test_empty_environment_is_known")
class TakesEmptyForUnknown(MemoryEnvironmentStore):
    def get(self, key: str) -> Mapping[str, str] | None | PortError:
        return super().get(key) or None
