"""Makes harnesses for one test, and closes them."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from typing import Protocol

from fsm_bootstrap.testing.harness import Harness
from fsm_domain.runtime.registry import AnyMachine


class HarnessFactory(Protocol):
    """What the fixture `fsm_harness` is."""

    def __call__(
        self,
        *machines: AnyMachine,
        start_at: datetime | None = None,
        seed: int = 0,
        allow_network: bool = False,
    ) -> Harness:
        """A harness for these machines; the test need not close it."""
        ...


class Harnesses:
    """Gives a `HarnessFactory`, and at the end closes what that made."""

    def __init__(self) -> None:
        self._made = ExitStack()

    def __enter__(self) -> HarnessFactory:
        return self._make

    def __exit__(self, *raised: object) -> None:
        self._made.close()

    def _make(
        self, *machines: AnyMachine, start_at: datetime | None = None, seed: int = 0, allow_network: bool = False
    ) -> Harness:
        harness = Harness(machines, start_at=start_at, seed=seed, allow_network=allow_network)
        return self._made.enter_context(harness)
