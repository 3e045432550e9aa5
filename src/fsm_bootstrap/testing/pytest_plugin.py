"""The pytest plugin of lambda-fsm: the fixture `fsm_harness`.

pytest imports this module at every start of every project that has lambda-fsm installed: what is not needed for that
is imported by the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fsm_bootstrap.testing.factory import HarnessFactory


@pytest.fixture
def fsm_harness() -> Iterator[HarnessFactory]:
    """Make a harness for state machines: ``fsm_harness(orders)``.  It is closed when the test is over."""
    from fsm_bootstrap.testing.factory import Harnesses

    with Harnesses() as make:
        yield make
