"""The examples that an editor shows beside a name are true."""

from __future__ import annotations

import doctest
from types import ModuleType
from typing import Literal

import pytest

import fsm_domain
from fsm_domain.machine import action, errors, machine, retry_policy, state, transition


@pytest.mark.parametrize(
    "module", [action, errors, machine, retry_policy, state, transition], ids=lambda module: str(module.__name__)
)
def test_examples_are_true(module: ModuleType) -> None:
    public = {name: getattr(fsm_domain, name) for name in fsm_domain.__all__}
    result = doctest.testmod(module, extraglobs={**public, "Literal": Literal})

    assert result.attempted > 0
    assert result.failed == 0
