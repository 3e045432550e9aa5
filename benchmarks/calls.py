"""``calls``: requests a transition, as `fsm cost` counts them; a test holds them to those that real clients send."""

from __future__ import annotations

from benchmarks.machines import counting
from benchmarks.outcome import Outcome
from benchmarks.set_ups import CALLS, SetUp
from fsm_bootstrap.cost.bill import bills
from fsm_bootstrap.cost.prices import load_prices


def run(quick: bool) -> Outcome:
    figures = {name: calls(set_up, 20 if quick else 100) for name, set_up in CALLS.items()}
    lines = [f"{count:.2f} requests a transition: {name}" for name, count in figures.items()]
    return Outcome({**figures, "spread": {}}, lines)


def calls(set_up: SetUp, steps: int) -> float:
    """The start and the end of each machine are in it."""
    (bill,) = bills(
        counting(), set_up.settings(), load_prices(), steps=steps, batches=[set_up.batch], sizes=[1024]
    )  # fmt: skip
    return sum(bill.calls.values())
