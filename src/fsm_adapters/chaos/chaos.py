"""When a call fails, and how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Final, TypeVar

from fsm_ports.clock import Random
from fsm_ports.errors import OutcomeUnknown, PortError, PortUnavailable

T = TypeVar("T")
R = TypeVar("R")

SOURCE: Final = "chaos"
"""`PortError.source` of every fault."""


class Fate(Enum):
    """What becomes of one item of a call."""

    DONE = "done"
    REFUSED = "refused"
    """It does not happen, and the caller knows."""
    LOST_ON_THE_WAY = "lost on the way"
    """It does not happen, and the caller cannot know."""
    ANSWER_LOST = "answer lost"
    """It happens, and the caller cannot know."""

    @property
    def takes_effect(self) -> bool:
        return self in (Fate.DONE, Fate.ANSWER_LOST)


class Chaos:
    """Draws the fate of each item of each call; one seed and one order of calls give the same fates.

    `unavailable` and `unknown` are probabilities from 0 to 1; of the items with an unknown outcome half take effect.
    Both may be set anew at any time: 0 ends the faults.

    Raises:
        ValueError: they are no probabilities, or add up to more than 1.
    """

    def __init__(self, random: Random, unavailable: float = 0.0, unknown: float = 0.0) -> None:
        if not (unavailable >= 0 and unknown >= 0 and unavailable + unknown <= 1):
            raise ValueError(f"unavailable={unavailable} and unknown={unknown} are no probabilities, or exceed 1")
        self.unavailable, self.unknown = unavailable, unknown
        self._random = random

    def fate(self) -> Fate:
        """One draw, whatever the probabilities are."""
        drawn = self._random.jitter(1.0)
        if drawn < self.unavailable:
            return Fate.REFUSED
        if drawn < self.unavailable + self.unknown / 2:
            return Fate.LOST_ON_THE_WAY
        return Fate.ANSWER_LOST if drawn < self.unavailable + self.unknown else Fate.DONE

    def one(self, call: Callable[[], R]) -> R | PortError:
        """The answer of a call about one thing, unless a fault comes between."""
        fate = self.fate()
        if not fate.takes_effect:
            return _fault(fate)
        answer = call()
        return answer if fate is Fate.DONE else _fault(fate)

    def each(self, items: Sequence[T], call: Callable[[Sequence[T]], Sequence[R]]) -> list[R | PortError]:
        """The answers of a batch; each item has a fate of its own."""
        fates = [self.fate() for _ in items]
        answers = iter(call([item for item, fate in zip(items, fates, strict=True) if fate.takes_effect]))
        results: list[R | PortError] = []
        for fate in fates:
            if fate.takes_effect:
                answer = next(answers)
                results.append(answer if fate is Fate.DONE else _fault(fate))
            else:
                results.append(_fault(fate))
        return results


def _fault(fate: Fate) -> PortError:
    reason = f"injected fault: {fate.value}"
    return PortUnavailable(reason, SOURCE) if fate is Fate.REFUSED else OutcomeUnknown(reason, SOURCE)
