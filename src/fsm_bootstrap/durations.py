"""Durations as people write them."""

from __future__ import annotations

import re

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
PATTERN = r"^([0-9]+(\.[0-9]+)?[smhdw])+$"
"""Read alike by Python and by what checks schemas in editors, to whom ``\\d`` is another set of digits."""


def seconds_of(text: str) -> float | None:
    """``90s``, ``15m``, ``1h30m``, ``3d``, ``2w`` in seconds; None where it is none of these."""
    if not re.fullmatch(PATTERN, text):
        return None
    return sum(float(part[:-1]) * _UNITS[part[-1]] for part in re.findall(r"[0-9.]+[smhdw]", text))


def span(seconds: float) -> str:
    """A duration in its two largest units: ``2d 23h``, ``4m 10s``, ``1.5s``."""
    if seconds < 60:
        return f"{seconds:.1f}".removesuffix(".0") + "s"
    rest = int(seconds)
    parts: list[str] = []
    for unit in "dhm":
        amount, rest = divmod(rest, _UNITS[unit])
        if amount or parts:
            parts.append(f"{amount}{unit}")
    parts.append(f"{rest}s")
    return " ".join(part for part in parts[:2] if part[0] != "0" or len(parts) == 1)
