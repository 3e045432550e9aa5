"""`run_in_memory`: the helper for tests of one's own machines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import pytest

from fsm_bootstrap.testing import run_in_memory
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_ports.codec import ContextError

Place = Literal["charge", "wait", "end"]


@dataclass
class Order:
    """How often charging fails."""

    failures: int = 0
    attempts: int = 0


def charge(order: Order, step: Step) -> Literal["paid"]:
    order.attempts += 1
    if step.retries < order.failures:
        raise TimeoutError(f"attempt {step.retries}")
    return "paid"


def machine(target: Place = "end", base: float = 60.0) -> Machine[Place, Order]:
    state, final = State[Place, Order], FinalState[Place, Order]
    waiting = state("wait").on("go", "end").after(timedelta(days=1), "end")
    charging = state("charge").on("paid", target).on("later", "wait").do(charge)
    retry = RetryPolicy(max_retries=3, base=base, cap=1e9)
    return Machine[Place, Order](
        "orders", Order, initial="charge", states=[charging, waiting, final("end")], retry=retry
    )


def test_states_and_context_of_a_machine_that_completes() -> None:
    ran = run_in_memory(machine(), Order())
    assert (ran.status, ran.state, ran.states, ran.errors) == ("completed", "end", ["charge", "end"], [])
    assert ran.context == Order(0, 1)


def test_waits_take_no_time_and_each_error_is_told() -> None:
    ran = run_in_memory(machine(), Order(failures=2))
    assert ran.errors == ["TimeoutError: attempt 0", "TimeoutError: attempt 1"]
    assert ran.context == Order(2, 1)
    assert ran.instance.updated_at > ran.instance.started_at


def test_a_machine_that_fails_and_its_last_error() -> None:
    ran = run_in_memory(machine(), Order(failures=9))
    assert (ran.status, ran.states) == ("failed", [])
    assert ran.errors[-1] == ran.instance.error == "TimeoutError: attempt 3"


def test_a_machine_that_waits_is_at_rest() -> None:
    ran = run_in_memory(machine("wait"), Order())
    assert (ran.status, ran.state) == ("waiting", "wait")


def test_the_same_seed_gives_the_same_run() -> None:
    one, same, other = (run_in_memory(machine(), Order(failures=3), seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one.instance.correlation_id != other.instance.correlation_id


def test_the_environment_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMARY_CACHE_SOURCE", "nonsense")
    assert run_in_memory(machine(), Order()).status == "completed"


def test_a_machine_that_is_not_at_rest_in_time_is_an_error() -> None:
    with pytest.raises(TimeoutError, match="orders is still in state 'pseudo_init' after 100 virtual seconds"):
        run_in_memory(machine(base=1e8), Order(failures=1), longest=100.0)


def test_a_context_of_another_type_is_an_error() -> None:
    untyped: Any = {"unknown": 1}  # Any: what a test without types might do
    with pytest.raises(ContextError):
        run_in_memory(machine(), untyped)
