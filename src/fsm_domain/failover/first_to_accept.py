"""The one rule of failover: what the first back end did not accept, the next one gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from fsm_domain.failover.breaker import Breaker
from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected

T = TypeVar("T")
R = TypeVar("R")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Source(Generic[T, R]):
    """One back end's way to do it, and its breaker."""

    call: Callable[[Sequence[T]], Sequence[R]]
    breaker: Breaker


def first_to_accept(
    items: Sequence[T], sources: Sequence[Source[T, R]], failed_over: Callable[[T], None] | None = None
) -> list[R]:
    """Ask the sources in order, each with the items that none before it accepted.

    A source whose breaker is open is asked after all others, so that it costs nobody a time-out, and yet an item is
    given up only when every source was asked.  Its answer is then the one that leaves most open: what may have happened
    somewhere, else what may yet be done, else that it can never be done; of two alike the last.

    `failed_over` is told of each item that another source than the first in line accepted.
    """
    first, *others = healthy_first(sources, lambda source: source.breaker)
    results = list(_ask(first, items))
    if first is not sources[0]:
        _tell(failed_over, items, results)
    for source in others:
        lost = [n for n, result in enumerate(results) if isinstance(result, PortError)]
        if not lost:
            break
        again = [items[n] for n in lost]
        answers = _ask(source, again)
        for n, answer in zip(lost, answers, strict=True):
            results[n] = answer if _openness(answer) >= _openness(results[n]) else results[n]
        if source is not sources[0]:
            _tell(failed_over, again, answers)
    return results


def healthy_first(sources: Sequence[S], breaker: Callable[[S], Breaker]) -> list[S]:
    """In order, but those whose breaker is open after all others."""
    is_open = [breaker(source).is_open for source in sources]
    ordered = [source for source, down in zip(sources, is_open, strict=True) if not down]
    return ordered + [source for source, down in zip(sources, is_open, strict=True) if down]


def _ask(source: Source[T, R], items: Sequence[T]) -> Sequence[R]:
    results = source.call(items)
    source.breaker.record(results)
    return results


def _tell(failed_over: Callable[[T], None] | None, items: Sequence[T], answers: Sequence[object]) -> None:
    if failed_over is not None:
        for item, answer in zip(items, answers, strict=True):
            if not isinstance(answer, PortError):
                failed_over(item)


def _openness(answer: object) -> int:
    """An acceptance ends the matter: it is above all errors."""
    if isinstance(answer, PortRejected):
        return 0
    if isinstance(answer, OutcomeUnknown):
        return 2
    return 1 if isinstance(answer, PortError) else 3
