"""Wrong adapters: each names the tests of its port's suite that have to reject it, and those alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from fsm_contract import Suite

Wrong = TypeVar("Wrong", bound=type)

REJECTED: dict[str, frozenset[str]] = {}
"""For each test class that was made here, by module and name, the tests that have to fail."""


def rejected_by(suite: type[Suite], *tests: str) -> Callable[[Wrong], Wrong]:
    """Runs the suite on the decorated adapter: beside it in its module there is then a test class for it."""

    def declare(wrong: Wrong) -> Wrong:
        name = f"Test{wrong.__name__}"
        made = type(name, (suite,), {"wrong": wrong, "adapter": wrong, "__module__": wrong.__module__})
        setattr(sys.modules[wrong.__module__], name, made)
        REJECTED[f"{wrong.__module__}.{name}"] = frozenset(tests)
        return wrong

    return declare
