"""Errors of machines and of their steps."""

from __future__ import annotations

import pickle

import pytest

from fsm_domain import MachineError, UndeclaredEvent, UnhandledEvent


def test_machine_error_lists_every_problem_on_a_line_that_names_the_machine() -> None:
    error = MachineError("orders", ["the first", "the second"])

    assert str(error).splitlines() == ["machine 'orders': the first", "machine 'orders': the second"]
    assert error.problems == ("the first", "the second")
    assert error.machine == "orders"
    assert isinstance(error, ValueError)


def test_undeclared_event_says_where_what_and_what_was_probably_meant() -> None:
    said = str(UndeclaredEvent("orders", "charge", "payed", ["declined", "paid"]))

    assert said == (
        "machine 'orders': the action of state 'charge' returned 'payed', which the state does not handle; "
        "it handles 'declined', 'paid'; did you mean 'paid'?"
    )


def test_undeclared_event_without_a_near_one_lists_what_is_handled() -> None:
    assert str(UndeclaredEvent("orders", "charge", "refund", ["declined", "paid"])).endswith(
        "it handles 'declined', 'paid'"
    )


def test_undeclared_event_of_an_action_that_returned_nothing_names_do_or_wait() -> None:
    said = str(UndeclaredEvent("orders", "charge", None, ["paid"]))

    assert "returned None" in said
    assert "do_or_wait" in said


def test_undeclared_event_shows_a_value_that_is_no_event() -> None:
    assert "returned 42" in str(UndeclaredEvent("orders", "charge", 42, ["paid"]))


def test_unhandled_event_says_where_what_and_what_was_probably_meant() -> None:
    said = str(UnhandledEvent("orders", "charge", "payed", ["declined", "paid"]))

    assert said == (
        "machine 'orders': state 'charge' does not handle 'payed'; it handles 'declined', 'paid'; did you mean 'paid'?"
    )


def test_unhandled_event_of_a_state_that_handles_nothing() -> None:
    assert str(UnhandledEvent("orders", "shipped", "paid", [])).endswith("it handles no event")


@pytest.mark.parametrize(
    "error",
    [
        MachineError("orders", ["the first", "the second"]),
        UndeclaredEvent("orders", "charge", "payed", ["paid"]),
        UnhandledEvent("orders", "charge", "payed", ["paid"]),
    ],
)
def test_errors_travel_between_processes(error: Exception) -> None:
    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
