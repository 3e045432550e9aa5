"""When a failed step is tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite
from typing import cast


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff with full jitter: before retry n the wait is a random part of `base` * 2**n, at most `cap`.

    >>> RetryPolicy(max_retries=3, base=0.5, cap=10.0, never=(ValueError,))
    RetryPolicy(max_retries=3, base=0.5, cap=10.0, never=(<class 'ValueError'>,))

    Raises:
        ValueError: a bound that makes no sense.
    """

    max_retries: int = 5
    """How often one step is tried again; 0: never."""
    base: float = 1.0
    """Longest wait before the first retry, in seconds; it doubles with each."""
    cap: float = 60.0
    """Longest wait before any retry, in seconds."""
    never: tuple[type[BaseException], ...] = ()
    """Exceptions, with their subclasses, after which trying again is useless."""

    def __post_init__(self) -> None:
        if type(self.max_retries) is not int or self.max_retries < 0:
            raise ValueError(f"max_retries is a whole number, 0 for none, not {self.max_retries!r}")
        if not (0 <= self.base <= self.cap and isfinite(self.cap)):
            raise ValueError(f"base and cap are seconds, 0 <= base <= cap, not base={self.base}, cap={self.cap}")
        if not _are_exceptions(self.never):
            raise ValueError(f"never is a tuple of exception classes, not {self.never!r}")

    def delay(self, retries: int, jitter: Callable[[float], float]) -> float:
        """Seconds to wait after `retries` earlier retries; `jitter(upper)` draws from [0, upper)."""
        return jitter(min(self.cap, self.base * 2.0 ** min(retries, 1000)))  # 2.0**1024 overflows

    def retries_exception(self, error: BaseException) -> bool:
        """Trying again may help."""
        return not isinstance(error, self.never)


def _are_exceptions(classes: object) -> bool:
    try:
        return isinstance(classes, tuple) and all(
            issubclass(one, BaseException) for one in cast("Iterable[type]", classes)
        )
    except TypeError:  # something is no class at all
        return False
