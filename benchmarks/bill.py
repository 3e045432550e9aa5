"""``bill``: USD a million transitions with records of 1 KB, Lambda included (128 MB, 20 ms), beside others."""

from __future__ import annotations

from typing import Final

from benchmarks.machines import counting
from benchmarks.outcome import Outcome
from benchmarks.set_ups import BILLS
from fsm_bootstrap.cost.bill import MEMORY_MB, MILLISECONDS, Bill, bills, others
from fsm_bootstrap.cost.prices import load_prices

_RECORD: Final = 1024
"""Bytes of a record as its table keeps it: one write unit."""
ORIGINAL: Final = 4.65
"""SQS + DynamoDB, all secondaries set: the calls of aws-lambda-fsm 0.35.0, counted in its own process on 2026-11-22, at
the prices of that day.  It is not measured again here: without the services it calls it makes none."""


def run(quick: bool) -> Outcome:
    prices, steps = load_prices(), 20 if quick else 100
    ours: dict[str, Bill] = {}
    for name, set_up in BILLS.items():
        (ours[name],) = bills(
            counting(), set_up.settings(), prices, steps=steps, batches=[set_up.batch], sizes=[_RECORD]
        )  # fmt: skip
    elsewhere = others(prices, _RECORD, steps, MEMORY_MB, MILLISECONDS)
    figures: dict[str, object] = {name: bill.total for name, bill in ours.items()}
    figures |= {
        "original": ORIGINAL,
        "step_functions": elsewhere["step_functions_standard"],
        "durable_functions": elsewhere["durable_functions"],
    }
    least = ours["sqs + dynamodb"].total
    lines = [
        f"Step Functions Standard costs {elsewhere['step_functions_standard'] / least:.1f} times SQS + DynamoDB",
        f"the original costs {ORIGINAL / least:.1f} times SQS + DynamoDB",
        *(f"{bill.total:.2f} USD a million: {name}" for name, bill in ours.items()),
        f"{ORIGINAL:.2f} USD a million: the original, SQS + DynamoDB",
        f"{elsewhere['step_functions_standard']:.2f} USD a million: Step Functions Standard",
        f"{elsewhere['step_functions_express']:.2f} USD a million: Step Functions Express, which cannot go on after a "
        "crash, nor for more than five minutes",
        f"{elsewhere['durable_functions']:.2f} USD a million: Lambda durable functions",
        f"a record of 1 KB holds a context of {ours['sqs + dynamodb'].context_bytes} bytes",
    ]
    return Outcome({**figures, "spread": {"context_bytes": ours["sqs + dynamodb"].context_bytes}}, lines)
