"""Cuts a batch into calls that a service takes, and sends them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from fsm_ports.errors import OutcomeUnknown, PortError, PortUnavailable

R = TypeVar("R")


def chunks(sizes: Sequence[int], most: int, bytes_: int) -> list[list[int]]:
    """Numbers of the items that go in one call each: at most `most` items and `bytes_` bytes, in order.

    An item larger than a call gets one for itself, so that the service refuses it alone.
    """
    made: list[list[int]] = []
    room = 0
    for number, size in enumerate(sizes):
        if not made or len(made[-1]) >= most or size > room:
            made.append([])
            room = bytes_
        made[-1].append(number)
        room -= size
    return made


def in_chunks(
    parts: Sequence[Sequence[int]], count: int, call: Callable[[Sequence[int]], Sequence[R | PortError]], source: str
) -> list[R | PortError]:
    """The results of all items; each part is one call.

    Once a whole call met an unknown outcome, such as a time-out, the parts after it are not tried: each would cost the
    same time again, and the caller has somewhere else to go.
    """
    results: list[R | PortError] = [PortUnavailable("not tried: an earlier call got no answer", source)] * count
    for numbers in parts:
        answers = call(numbers)
        for number, answer in zip(numbers, answers, strict=True):
            results[number] = answer
        if answers and all(isinstance(answer, OutcomeUnknown) for answer in answers):
            break
    return results
