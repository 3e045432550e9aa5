"""What a benchmark found: figures for programs, lines for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.rounds import Figure


class Outcome(NamedTuple):
    """Of one benchmark."""

    figures: Mapping[str, object]
    """One JSON object; a figure of a peer that is not installed is None."""
    lines: Sequence[str]
    """The same for a person, ratios first."""


class Spread:
    """The median, least and most of each figure."""

    def __init__(self) -> None:
        self._told: dict[str, object] = {}

    def take(self, name: str, figure: Figure) -> float:
        """Keep it; its median is the figure."""
        return self.keep(name, figure).median

    def keep(self, name: str, figure: Figure) -> Figure:
        """Keep it."""
        self._told[name] = figure.told()
        return figure

    def told(self) -> Mapping[str, object]:
        """As JSON has it."""
        return self._told


def ratio(what: str, figure: Figure, of: str) -> str:
    return f"{what} {_spread(figure, 2)} times {of}"


def cpu_us(what: str, figure: Figure) -> str:
    return f"{what}: {_spread(figure, 2)} us CPU"


def per_s(what: str, figure: Figure) -> str:
    return f"{_spread(figure, 0)} {what} a second"


def milliseconds(what: str, figure: Figure) -> str:
    return f"{what}: {_spread(figure, 1)} ms CPU"


def _spread(figure: Figure, digits: int) -> str:
    return f"{figure.median:,.{digits}f} ({figure.least:,.{digits}f} to {figure.most:,.{digits}f})"
