"""When a failed step is tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


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
    """Seconds."""
    cap: float = 60.0
    """Seconds."""
    never: tuple[type[BaseException], ...] = ()
    """Exceptions, with their subclasses, after which trying again is useless."""

    def __post_init__(self) -> None:
        if self.max_retries < 0:
            raise ValueError(f"max_retries is a number of retries, 0 for none, not {self.max_retries}")
        if not 0 <= self.base <= self.cap:
            raise ValueError(f"base and cap are seconds, 0 <= base <= cap, not base={self.base}, cap={self.cap}")

    def delay(self, retries: int, jitter: Callable[[float], float]) -> float:
        """Seconds to wait after `retries` earlier retries; `jitter(upper)` draws from [0, upper)."""
        return jitter(min(self.cap, self.base * 2.0 ** min(retries, 64)))

    def retries_exception(self, error: BaseException) -> bool:
        """Trying again may help."""
        return not isinstance(error, self.never)
