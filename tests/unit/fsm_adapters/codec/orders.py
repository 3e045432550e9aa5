"""The dataclass that the codec is tried on, and how one is refused."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Literal

import pytest

from fsm_ports import ContextError


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Size(StrEnum):
    SMALL = "small"


class Level(IntEnum):
    LOW = 1


@dataclass
class Item:
    name: str
    price: Decimal


@dataclass
class Card:
    number: str


@dataclass
class Cash:
    cents: int


@dataclass
class Order:
    id: str
    items: list[Item] = field(default_factory=list[Item])
    payment: Card | Cash | None = None
    colour: Colour = Colour.RED
    size: Size = Size.SMALL
    level: Level = Level.LOW
    mode: Literal["slow", "fast"] = "slow"
    pair: tuple[int, str] = (0, "")
    several: tuple[float, ...] = ()
    tags: frozenset[str] = frozenset()
    by_name: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    at: datetime | None = None
    day: date | None = None
    hour: time | None = None
    took: timedelta | None = None
    key: uuid.UUID | None = None
    ratio: float = 0.0
    count: int | None = None
    done: bool = False
    note: object = None


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(ContextError) as caught:
        work()
    return str(caught.value)
