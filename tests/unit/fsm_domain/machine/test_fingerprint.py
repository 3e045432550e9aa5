"""The fingerprint tells definitions apart, in every process alike."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

import pytest

from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.machine.state import Node

Context = dict[str, object]
state, final = State[str, Context], FinalState[str, Context]


def go(context: Context, step: Step) -> Literal["go"]:
    return "go"


def note(context: Context, step: Step) -> None: ...


def back(context: Context, step: Step) -> Literal["back"]:
    return "back"


def of(states: Sequence[Node[str, Context]], *, initial: str = "a") -> str:
    return Machine[str, Context]("m", dict, initial=initial, states=states).fingerprint


PLAIN = of([state("a").on("go", "b").on("stop", "end"), state("b").on("back", "a"), final("end")])


def test_it_is_12_hexadecimal_digits() -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", PLAIN)


def test_it_does_not_depend_on_the_order_of_writing() -> None:
    assert of([final("end"), state("b").on("back", "a"), state("a").on("stop", "end").on("go", "b")]) == PLAIN


def test_it_does_not_depend_on_code_names_and_limits() -> None:
    machine = Machine[str, Context](
        "other",
        dict,
        initial="a",
        states=[
            state("a", entry=note, exit=note, retry=RetryPolicy(max_retries=1))
            .on("go", "b", action=note)
            .on("stop", "end")
            .do_or_wait(go, on_exhausted="stop"),
            state("b").on("back", "a").do(back),
            final("end").do(note),
        ],
        retry=RetryPolicy(max_retries=9),
        max_steps=7,
        description="other",
    )

    assert machine.fingerprint == PLAIN


@pytest.mark.parametrize(
    "states",
    [
        [state("a").on("go", "end").on("stop", "b"), state("b").on("back", "a"), final("end")],
        [state("a").on("go", "b", local=True).on("stop", "end"), state("b").on("back", "a"), final("end")],
        [state("a").on("go", "b").on("halt", "end"), state("b").on("back", "a"), final("end")],
        [state("a").on("go", "b").on("stop", "fin"), state("b").on("back", "a"), final("fin")],
        [state("a").on("go", "b").on("stop", "end"), final("b"), final("end")],
        [
            state("a").on("go", "b").on("stop", "end").after(timedelta(1), "end"),
            state("b").on("back", "a"),
            final("end"),
        ],
        [
            state("a").on("go", "b").on("stop", "end"),
            state("b").on("back", "a").on("more", "b"),
            final("end"),
        ],
    ],
    ids=["target", "local", "event", "state", "final", "deadline", "one more event"],
)
def test_it_differs_where_the_graph_differs(states: Sequence[Node[str, Context]]) -> None:
    assert of(states) != PLAIN


def test_it_differs_where_the_initial_state_differs() -> None:
    states = [state("a").on("go", "b"), state("b").on("go", "a")]

    assert of(states, initial="a") != of(states, initial="b")


def test_it_differs_where_a_deadline_has_another_length() -> None:
    def within(days: int) -> str:
        return of([state("a").after(timedelta(days), "end"), final("end")])

    assert within(1) != within(2)


def test_names_cannot_be_shifted_between_fields() -> None:
    one = of([state("a").on("b c", "d"), final("d")])
    other = of([state("a").on("b", "c d"), final("c d")])

    assert one != other


PROGRAM = """
from fsm_domain import FinalState, Machine, State
state, final = State[str, dict], FinalState[str, dict]
states = [state("a").on("go", "b").on("stop", "end"), state("b").on("back", "a"), final("end")]
print(Machine[str, dict]("m", dict, initial="a", states=states).fingerprint)
"""


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_it_is_the_same_in_every_process(hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == PLAIN
