"""Texts that are equal whatever ids, positions and claims are called, and whenever it all takes place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

Split: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""A text in pieces: what stays, and between each two of those what does not."""

_CHANGING = re.compile(
    r"""((?:updated_at|started_at)["']?[=:] ?[\d.]+"""  # times that no rule of a worker looks at
    r"""|\b100\d{4}\.\d+"""  # other times, epoch seconds
    r"""|\bid\d+\.\d+|\bc[xyz]\.\d+\.\d+"""  # runs, and claims on a SQLite file
    r"""|\b(?:queue|stream\d*|memory-retry):\d+|'\+\d+'"""  # positions and keys
    r"""|\b(?:key|number|claim|turn|fence)=\d+)"""
)


@lru_cache(maxsize=100_000)
def split(text: str) -> Split:
    """Most texts come again and again."""
    pieces = _CHANGING.split(text)
    return tuple(pieces[::2]), tuple(pieces[1::2])


class Namer:
    """Times become how far off they are, names become numbers in the order in which they come first."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._told: list[str] = []
        self._names: dict[str, str] = {}

    def tell(self, texts: Iterable[Split], longest: float) -> None:
        """What is further back than `longest` seconds is as far back as that: no rule looks any further."""
        told, names, now = self._told, self._names, self._now
        for fixed, changing in texts:
            told.append("|")
            told.extend(fixed)
            for one in changing:
                if one.startswith("100"):
                    told.append(f"{max(float(one) - now, -longest):+g}")
                elif not one.startswith(("updated", "started")):
                    told.append(names.setdefault(one, f"#{len(names)}"))

    @property
    def text(self) -> str:
        return "".join(self._told)
