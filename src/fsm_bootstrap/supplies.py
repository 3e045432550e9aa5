"""What the factories of back ends work with."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from fsm_bootstrap.settings import Settings
from fsm_ports.clock import Clock, Random

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Supplies:
    """Settings, time and chance, and a place for what several ports of one back end share."""

    settings: Settings
    clock: Clock
    random: Random
    closing: list[Callable[[], object]] = field(default_factory=list["Callable[[], object]"])
    """Called when the application ends."""
    _made: dict[tuple[type[object], str], object] = field(default_factory=dict[tuple[type[object], str], object])

    def close(self) -> None:
        """Close the connections that factories have given to `closing`."""
        for close in self.closing:
            close()

    def chaos(self, variable: str) -> Random:
        """Chance for the faults of one source, the same in every run."""
        from fsm_adapters.system.random import SeededRandom

        return SeededRandom(zlib.crc32(f"{self.settings.chaos_seed} {variable}".encode()))

    def shared(self, kind: type[T], key: str, make: Callable[[], T]) -> T:
        """The one object of this kind and key: a connection, a file, or a queue that is bus and source at once."""
        made = self._made.get((kind, key))
        if not isinstance(made, kind):
            made = self._made[kind, key] = make()
        return made
