"""How many requests a transition takes, counted where they are sent.

Requests that poll, and that tell a source what is done, are not a transition's: on Lambda the service makes them.
`fsm cost` has to count the same.
"""

from __future__ import annotations

from typing import Literal

import pytest

from fsm_bootstrap.cost.running import Load, count
from fsm_domain import FinalState, Machine, State, Step
from fsm_ports import Status
from tests.backends.backend import Backend
from tests.backends.counting import counted
from tests.e2e.services import BUSES, LEASES, make_resources, running, settings

POLLING = (
    "sqs.ReceiveMessage", "sqs.DeleteMessageBatch", "sqs.ChangeMessageVisibilityBatch", "dynamodb-streams",
    "dynamodb.BatchGetItem",
)  # fmt: skip
"""BatchGetItem: by the test, which looks for the end."""
STEPS = 100
MACHINES = 10
TRANSITIONS = STEPS * MACHINES

States = Literal["count", "end"]


def step_on(context: dict[str, int], step: Step) -> Literal["more", "done"]:
    context["steps"] = context.get("steps", 0) + 1
    return "more" if context["steps"] < STEPS else "done"


def counting() -> Machine[States, dict[str, int]]:
    state, final = State[States, dict[str, int]], FinalState[States, dict[str, int]]
    return Machine[States, dict[str, int]](
        "counting", dict, initial="count",
        states=[state("count").on("more", "count").on("done", "end").do(step_on), final("end")],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("bus", "cache", "chain", "together", "most"),
    [
        ("sqs", None, 1, 1, 2.05),
        ("sqs", None, 1, MACHINES, 1.15),
        ("sqs", LEASES, 1, 1, 3.05),
        ("sqs", LEASES, 1, MACHINES, 2.15),
        ("sqs", None, 5, 1, 1.25),
        ("commit-is-emit", None, 1, 1, 1.05),
        ("commit-is-emit", LEASES, 1, 1, 2.05),
    ],
    ids=["alone", "batch", "alone-lock", "batch-lock", "chained", "commit-is-emit", "commit-is-emit-lock"],
)
def test_requests_a_transition(
    ministack: Backend, bus: str, cache: str | None, chain: int, together: int, most: float
) -> None:
    chosen = settings(
        ministack, primary_stream_source=BUSES[bus], primary_retry_source=None, primary_cache_source=cache,
        max_chained_transitions=chain, history=False,
    )  # fmt: skip
    make_resources(chosen, ministack)
    ids = [f"m-{number}" for number in range(MACHINES)]
    with counted() as calls, running(chosen, ministack, counting()) as case:
        for first in range(0, MACHINES, together):
            some = ids[first : first + together]
            case.start("counting", {}, *some)
            while Status.RUNNING in case.statuses(*some):
                for _ in range(20):
                    case.work()
        assert set(case.statuses(*ids)) == {Status.COMPLETED}
    own = calls.total() - calls.total(*POLLING)
    print(f"{bus}, lock {cache}, chained {chain}, {together} together: {own / TRANSITIONS:.3f} requests a transition")
    assert own / TRANSITIONS <= most, dict(calls.by_operation)
    reckoned = count(counting(), chosen, Load(batch=together, size=1, steps=STEPS, memory_mb=128, milliseconds=1.0,
                                              context={}))  # fmt: skip
    steps = MACHINES * (STEPS + 1)
    made = {name: number / steps for name, number in calls.by_operation.items() if name not in POLLING}
    foretold = {name: number / reckoned.transitions for name, number in reckoned.ledger.calls.items()}
    assert {name: number for name, number in made.items() if "streams" not in name} == pytest.approx(foretold, abs=0.02)
