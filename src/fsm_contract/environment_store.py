"""Suite of the port EnvironmentStore."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from fsm_contract import samples
from fsm_contract.suite import Suite, Timed, at_once
from fsm_ports import EnvironmentStore, PortError


@dataclass(frozen=True, kw_only=True)
class EnvironmentSubject(Timed):
    """An environment store."""

    store: EnvironmentStore


class EnvironmentStoreContract(Suite):
    """Override `subject`; see `fsm_contract`."""

    @pytest.fixture
    def subject(self) -> EnvironmentSubject:
        raise NotImplementedError("override the fixture `subject`")

    def test_subject_holds_the_adapter_that_the_suite_names(self, subject: EnvironmentSubject) -> None:
        self.check_adapter(subject.store)

    def test_environment_is_got_as_it_was_put(self, subject: EnvironmentSubject) -> None:
        environment = {"PATH": "/bin:/usr/bin", "EMPTY": "", "TEXT": samples.TEXT, "QUOTED": "a='b' c=\"d\" $E"}
        self._put(subject, "k", environment)
        assert self._get(subject, "k") == environment

    def test_empty_environment_is_known(self, subject: EnvironmentSubject) -> None:
        self._put(subject, "k", {})
        assert self._get(subject, "k") == {}

    def test_unknown_key_has_no_environment(self, subject: EnvironmentSubject) -> None:
        assert self._get(subject, "k") is None

    def test_environment_larger_than_a_task_can_bear_is_kept_whole(self, subject: EnvironmentSubject) -> None:
        environment = {f"NAME_{n}": "x" * 1000 for n in range(100)}
        self._put(subject, "k", environment)
        assert self._get(subject, "k") == environment

    def test_put_under_a_known_key_replaces_all_of_it(self, subject: EnvironmentSubject) -> None:
        self._put(subject, "k", {"A": "1", "B": "2"})
        self._put(subject, "k", {"B": "3", "C": "4"})
        assert self._get(subject, "k") == {"B": "3", "C": "4"}

    def test_repeated_put_stores_the_same(self, subject: EnvironmentSubject) -> None:
        self._put(subject, "k", {"A": "1"})
        self._put(subject, "k", {"A": "1"})
        assert self._get(subject, "k") == {"A": "1"}

    def test_keys_are_independent(self, subject: EnvironmentSubject) -> None:
        names = ["order-1/3", "order-1/30", "Order-1/3", "objednávka"]
        for name in names:
            self._put(subject, name, {"NAME": name})
        assert [self._get(subject, name) for name in names] == [{"NAME": name} for name in names]

    def test_environment_is_kept_until_it_expires(self, subject: EnvironmentSubject) -> None:
        self._put(subject, "k", {"A": "1"})
        subject.pass_time(subject.unit * 0.8)
        assert self._get(subject, "k") == {"A": "1"}

    def test_expired_environment_is_got_whole_or_not_at_all(self, subject: EnvironmentSubject) -> None:
        self._put(subject, "k", {"A": "1", "B": "2"})
        subject.pass_time(subject.unit * 2)
        assert self._get(subject, "k") in (None, {"A": "1", "B": "2"})

    def test_later_put_moves_the_expiry(self, subject: EnvironmentSubject) -> None:
        self._put(subject, "k", {"A": "1"})
        subject.pass_time(subject.unit * 0.8)
        self._put(subject, "k", {"A": "1"})
        subject.pass_time(subject.unit * 0.8)
        assert self._get(subject, "k") == {"A": "1"}

    def test_changing_the_mapping_after_the_call_changes_nothing(self, subject: EnvironmentSubject) -> None:
        environment = {"A": "1"}
        self._put(subject, "k", environment)
        environment["A"] = "changed"
        assert self._get(subject, "k") == {"A": "1"}

    def test_writers_at_one_moment_do_not_disturb_each_other(self, subject: EnvironmentSubject) -> None:
        until = subject.clock.now() + subject.unit
        assert at_once(8, lambda n: subject.store.put(f"k-{n}", {"N": str(n)}, until)) == [None] * 8
        assert [self._get(subject, f"k-{n}") for n in range(8)] == [{"N": str(n)} for n in range(8)]

    def _put(self, subject: EnvironmentSubject, key: str, environment: Mapping[str, str]) -> None:
        assert subject.store.put(key, environment, subject.clock.now() + subject.unit) is None

    def _get(self, subject: EnvironmentSubject, key: str) -> dict[str, str] | None:
        found = subject.store.get(key)
        assert not isinstance(found, PortError)
        return None if found is None else dict(found)
