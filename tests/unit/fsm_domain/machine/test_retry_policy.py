"""When a failed step is tried again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm_domain import RetryPolicy


def longest(upper: float) -> float:
    """The jitter that draws the upper end."""
    return upper


def test_defaults() -> None:
    policy = RetryPolicy()

    assert (policy.max_retries, policy.base, policy.cap, policy.never) == (5, 1.0, 60.0, ())


def test_it_is_a_value() -> None:
    assert RetryPolicy(base=2.0) == RetryPolicy(base=2.0)
    with pytest.raises(FrozenInstanceError):
        RetryPolicy().base = 2.0  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue] - the point


def test_delay_draws_from_an_interval_that_doubles_up_to_the_cap() -> None:
    policy = RetryPolicy(base=0.5, cap=10.0)

    assert [policy.delay(retries, longest) for retries in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert policy.delay(3, lambda upper: upper / 4) == 1.0


@given(retries=st.integers(min_value=0), base=st.floats(0, 1e300), more=st.floats(0, 1e300))
def test_delay_never_overflows_and_never_exceeds_the_cap(retries: int, base: float, more: float) -> None:
    policy = RetryPolicy(base=base, cap=base + more)

    assert policy.base <= policy.delay(retries, longest) <= policy.cap


def test_a_tiny_base_reaches_the_cap_too() -> None:
    assert RetryPolicy(base=1e-30, cap=60.0).delay(10_000, longest) == 60.0


def test_zero_retries_are_allowed() -> None:
    assert RetryPolicy(max_retries=0).max_retries == 0


def test_exceptions_never_retried_include_their_subclasses() -> None:
    policy = RetryPolicy(never=(LookupError, ZeroDivisionError))

    assert not policy.retries_exception(KeyError("k"))
    assert not policy.retries_exception(ZeroDivisionError())
    assert policy.retries_exception(OSError())


def test_every_exception_is_retried_by_default() -> None:
    assert RetryPolicy().retries_exception(Exception())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: RetryPolicy(max_retries=-1), "max_retries is a whole number, 0 for none, not -1"),
        (lambda: RetryPolicy(max_retries=untyped(1.5)), "max_retries is a whole number, 0 for none, not 1.5"),
        (lambda: RetryPolicy(max_retries=untyped(True)), "max_retries is a whole number, 0 for none, not True"),
        (lambda: RetryPolicy(base=-1.0), "0 <= base <= cap, not base=-1.0, cap=60.0"),
        (lambda: RetryPolicy(base=61.0), "0 <= base <= cap, not base=61.0, cap=60.0"),
        (lambda: RetryPolicy(base=nan), "0 <= base <= cap, not base=nan, cap=60.0"),
        (lambda: RetryPolicy(cap=nan), "0 <= base <= cap, not base=1.0, cap=nan"),
        (lambda: RetryPolicy(cap=inf), "0 <= base <= cap, not base=1.0, cap=inf"),
        (lambda: RetryPolicy(never=untyped((ValueError(),))), "never is a tuple of exception classes"),
        (lambda: RetryPolicy(never=untyped((int,))), "never is a tuple of exception classes"),
        (lambda: RetryPolicy(never=untyped(ValueError)), "never is a tuple of exception classes"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(make: Callable[[], RetryPolicy], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        make()


def untyped(value: object) -> Any:  # noqa: ANN401 - what a caller without a type checker hands in
    return value
