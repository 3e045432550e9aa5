"""The one rule of failover: what the first back end did not accept, the next one gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from fsm_domain.failover.breaker import Breaker
from fsm_ports.errors import PortError

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Source(Generic[T, R]):
    """One back end's way to do it, and its breaker."""

    call: Callable[[Sequence[T]], Sequence[R]]
    breaker: Breaker


def first_to_accept(items: Sequence[T], sources: Sequence[Source[T, R]]) -> list[R]:
    """Ask the sources in order, each with the items that none before it accepted; the last answer of each item stands.

    A source whose breaker is open is asked after all others, so that it costs nobody a time-out, and yet an item is
    given up only when every source was asked.
    """
    is_open = [source.breaker.is_open for source in sources]
    ordered = [s for s, down in zip(sources, is_open, strict=True) if not down]
    ordered += [s for s, down in zip(sources, is_open, strict=True) if down]
    results = list(_ask(ordered[0], items))
    for source in ordered[1:]:
        lost = [n for n, result in enumerate(results) if isinstance(result, PortError)]
        if not lost:
            break
        for n, result in zip(lost, _ask(source, [items[n] for n in lost]), strict=True):
            results[n] = result
    return results


def _ask(source: Source[T, R], items: Sequence[T]) -> Sequence[R]:
    results = source.call(items)
    source.breaker.record(results)
    return results
