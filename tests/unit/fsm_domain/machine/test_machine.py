"""A machine: its tables, and that nothing changes them."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from types import MappingProxyType
from typing import Literal

import pytest

from fsm_domain import FinalState, Machine, MachineError, RetryPolicy, State, Step
from fsm_domain.machine.state import DEADLINE

Context = dict[str, object]
Name = Literal["reserve", "review", "shipped", "cancelled"]

state, final = State[Name, Context], FinalState[Name, Context]


def reserve(context: Context, step: Step) -> Literal["reserved", "out_of_stock"]:
    return "reserved"


def note(context: Context, step: Step) -> None:
    context["noted"] = True


OWN_POLICY = RetryPolicy(max_retries=1)

orders = Machine[Name, Context](
    "orders",
    dict,
    initial="reserve",
    states=[
        state("reserve", retry=OWN_POLICY)
        .on("reserved", "review", action=note)
        .on("out_of_stock", "cancelled", local=True)
        .do(reserve),
        state("review").on("approved", "shipped").after(timedelta(days=1), "cancelled"),
        final("shipped"),
        final("cancelled"),
    ],
    retry=RetryPolicy(max_retries=2),
    max_steps=500,
    description="An order",
)


def test_it_keeps_what_it_was_given() -> None:
    assert (orders.name, orders.context, orders.initial) == ("orders", dict, "reserve")
    assert (orders.max_steps, orders.description) == (500, "An order")


def test_defaults() -> None:
    machine = Machine[str, Context]("m", dict, initial="end", states=[FinalState[str, Context]("end")])

    assert (machine.retry, machine.max_steps, machine.description) == (RetryPolicy(), 1_000_000, "")


def test_nodes_are_found_by_name() -> None:
    assert list(orders.nodes) == ["reserve", "review", "shipped", "cancelled"]
    assert all(node.name == name for name, node in orders.nodes.items())


def test_an_edge_has_a_transition_and_both_its_ends() -> None:
    origin, transition, target = orders.edges["reserve", "reserved"]

    assert origin is orders.nodes["reserve"]
    assert target is orders.nodes["review"]
    assert (transition.event, transition.action) == ("reserved", note)


def test_there_is_an_edge_for_every_event_and_deadline() -> None:
    assert set(orders.edges) == {
        ("reserve", "reserved"),
        ("reserve", "out_of_stock"),
        ("review", "approved"),
        ("review", DEADLINE),
    }


def test_a_states_own_retry_policy_wins() -> None:
    assert orders.retry_for("reserve") is OWN_POLICY
    assert orders.retry_for("review") == RetryPolicy(max_retries=2)


def test_retry_for_a_state_that_is_not_there() -> None:
    with pytest.raises(KeyError, match="reviw"):
        orders.retry_for("reviw")


@pytest.mark.parametrize("name", ["name", "context", "initial", "nodes", "edges", "fingerprint", "retry", "other"])
def test_a_machine_cannot_be_changed(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(orders, name, None)


def test_its_tables_cannot_be_changed() -> None:
    assert isinstance(orders.nodes, MappingProxyType)
    assert isinstance(orders.edges, MappingProxyType)


def test_a_list_of_states_that_is_changed_later_changes_nothing() -> None:
    states = [final("shipped")]
    machine = Machine[Name, Context]("m", dict, initial="shipped", states=states)
    states.append(final("cancelled"))

    assert list(machine.nodes) == ["shipped"]
    assert [node.name for node in machine.states] == ["shipped"]


class Light(str, Enum):  # noqa: UP042 - as users wrote it before StrEnum
    """Its str() is not its value."""

    RED = "red"
    GREEN = "green"


def test_the_tables_of_an_enums_machine_are_plain_text() -> None:
    machine = Machine[Light, Context](
        "light",
        dict,
        initial=Light.RED,
        states=[State[Light, Context](Light.RED).on("go", Light.GREEN), FinalState[Light, Context](Light.GREEN)],
    )

    assert {type(key) for key in machine.nodes} == {str}
    assert type(machine.initial) is str
    assert set(machine.edges) == {("red", "go")}
    assert machine.edges["red", "go"].target is machine.nodes["green"]


def test_a_machine_shows_its_name_and_size() -> None:
    assert repr(orders) == "<Machine 'orders': 4 states, 4 transitions>"


def test_a_machine_that_makes_no_sense_is_refused_with_all_that_is_wrong() -> None:
    with pytest.raises(MachineError) as caught:
        Machine[str, Context](
            "orders",
            dict,
            initial="reserv",
            states=[State[str, Context]("reserve").on("reserved", "shiped"), FinalState[str, Context]("shipped")],
        )

    assert str(caught.value).splitlines() == [
        "machine 'orders': the initial state 'reserv' is not defined; did you mean 'reserve'?",
        "machine 'orders': state 'reserve': on 'reserved': there is no state 'shiped'; did you mean 'shipped'?",
    ]
