"""What a check finds."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Level(IntEnum):
    """How bad it is."""

    OK = 0
    NOTE = 1
    """Worth knowing."""
    WARNING = 2
    """It works until something else fails."""
    ERROR = 3
    """It does not work."""


class Finding(NamedTuple):
    """One thing that was looked at."""

    level: Level
    subject: str
    """A setting, with its value where that is a source; passwords are masked."""
    text: str
    remedy: str = ""
