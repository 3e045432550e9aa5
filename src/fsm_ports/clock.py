"""Ports: time and chance."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol


class Clock(Protocol):
    """What time it is, and waiting."""

    @abstractmethod
    def now(self) -> float:
        """Epoch seconds."""

    @abstractmethod
    def sleep(self, seconds: float) -> None:
        """Wait; zero or less returns at once."""


class Random(Protocol):
    """Chance, so that a test can repeat it."""

    @abstractmethod
    def jitter(self, upper: float) -> float:
        """A number from [0, upper), evenly."""

    @abstractmethod
    def id(self) -> str:
        """A new name, unique in the world; at most 36 characters of ``[0-9A-Za-z-]``."""
