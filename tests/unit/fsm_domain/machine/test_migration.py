"""What a machine says of its earlier definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from fsm_domain import FinalState, Machine, MachineError, State
from fsm_domain.machine import Migration, Node
from fsm_domain.machine.fingerprint import context_of, graph_of, signed, writer_of
from fsm_domain.machine.migration import event_now, migrated, pending, stamp, state_now

Json = dict[str, Any]  # Any: JSON
state, final = State[str, Json], FinalState[str, Json]


def price(context: Json) -> Json:
    return {**context, "price": 1}


def taxes(context: Json) -> Json:
    return {**context, "tax": context["price"] * 2}


def machine(
    renamed: Mapping[str, str] | None = None, migrate: Migration | Sequence[Migration] = ()
) -> Machine[str, Json]:
    states: list[Node[str, Json]] = [
        state("bill").on("paid", "ship").on("void", "end"),
        state("ship").on("done", "end"),
        final("end"),
    ]
    return Machine[str, Json]("orders", dict, initial="bill", states=states, renamed=renamed or {}, migrate=migrate)


def test_a_renamed_state_and_a_renamed_event_are_known_by_their_new_names() -> None:
    orders = machine({"charge": "bill", "ok": "paid"})
    assert (state_now(orders, "charge"), event_now(orders, "bill", "ok")) == ("bill", "paid")


def test_a_name_that_was_renamed_twice_is_followed_to_its_end() -> None:
    assert state_now(machine({"collect": "charge", "charge": "bill"}), "collect") == "bill"


def test_an_event_keeps_its_name_in_a_state_that_still_handles_it() -> None:
    orders = machine({"done": "paid"})
    assert (event_now(orders, "ship", "done"), event_now(orders, "bill", "done")) == ("done", "paid")


def test_a_name_that_nothing_is_known_of_stays_as_it_is() -> None:
    orders = machine({"charge": "bill"})
    assert (state_now(orders, "lost"), event_now(orders, "bill", "lost")) == ("lost", "lost")


@pytest.mark.parametrize(
    ("renamed", "problem"),
    [
        ({"a": "b", "b": "a"}, "renamed: 'a' is renamed in a circle"),
        (
            {"charge": "bil"},
            "renamed: 'charge' became 'bil', which is neither a state nor an event; did you mean 'bill'?",
        ),
        ({"ship": "bill"}, "renamed: 'ship' is still the name of a state, so it cannot have become 'bill'"),
    ],
)
def test_a_rename_that_makes_no_sense_is_refused(renamed: dict[str, str], problem: str) -> None:
    with pytest.raises(MachineError) as refused:
        machine(renamed)
    assert problem in refused.value.problems


def test_two_migrations_of_one_name_are_refused_and_so_is_one_without_a_name() -> None:
    with pytest.raises(MachineError, match="two functions are called price"):
        machine(migrate=[price, price])
    with pytest.raises(MachineError, match="<lambda> has no name of its own"):
        machine(migrate=lambda context: context)


def test_the_fingerprint_ends_with_the_last_migration() -> None:
    fingerprint = machine(migrate=[price, taxes]).fingerprint
    assert (len(graph_of(fingerprint)), context_of(fingerprint)) == (12, "taxes")


def test_a_context_goes_through_what_it_has_not_been_through() -> None:
    orders = machine(migrate=[price, taxes])
    assert pending(orders, "0123") == (price, taxes)
    assert pending(orders, "0123+price") == (taxes,)
    assert pending(orders, "0123+taxes") == ()
    assert pending(orders, orders.fingerprint) == ()


def test_a_context_that_went_through_what_is_not_known_here_was_written_by_newer_code() -> None:
    assert pending(machine(migrate=price), "0123+taxes") is None


def test_migrations_run_in_their_order_on_plain_json() -> None:
    assert migrated([price, taxes], '{"id":"ä"}') == '{"id": "ä", "price": 1, "tax": 2}'


def test_a_migration_that_returns_no_context_is_told_by_its_name() -> None:
    def forgetful(context: Json) -> Json:
        return None  # type: ignore[return-value]  # what the test is about

    with pytest.raises(TypeError, match="migration forgetful returned NoneType, not the context"):
        migrated([forgetful], "{}")


def test_a_commit_that_leaves_the_context_alone_says_who_wrote_it() -> None:
    orders = machine(migrate=price)
    graph = graph_of(orders.fingerprint)
    assert stamp(orders, "0123+old") == f"{graph}/0123+old"
    assert stamp(orders, "4567/0123+old") == f"{graph}/0123+old"
    assert stamp(orders, orders.fingerprint) == orders.fingerprint
    assert stamp(orders, "") == graph
    assert writer_of(f"{graph}/0123+old") == "0123"
    assert signed(graph, f"0123/{graph}") == graph
