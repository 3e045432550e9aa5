"""The figures of README.md: what a transition costs on AWS, what it costs on a laptop, and how soon it follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

BEGIN: Final = "<!-- written by python -m benchmarks report; do not edit -->"
END: Final = "<!-- end of what is written -->"


def headline(report: Mapping[str, object]) -> str:
    """Markdown, a line each; a figure that was not measured is left out."""
    lines = (_bill(report), _laptop(report), _latency(report))
    return "\n".join(f"- {line}" for line in lines if line)


def _bill(report: Mapping[str, object]) -> str:
    bill = _of(report, "bill")
    if bill is None:
        return ""
    return (
        f"**{bill['sqs + dynamodb']:.2f} USD a million transitions** on SQS and DynamoDB, Lambda included; "
        f"{bill['sqs + dynamodb, batches of 10']:.2f} in batches of ten. Step Functions: {bill['step_functions']:.2f}; "
        f"Lambda durable functions: {bill['durable_functions']:.2f} and more."
    )


def _laptop(report: Mapping[str, object]) -> str:
    sqlite = _of(report, "sqlite")
    if sqlite is None:
        return ""
    beside = (
        f"; a step of DBOS on SQLite takes {sqlite['ratio_dbos']:.0f} times as much" if sqlite["ratio_dbos"] else ""
    )
    return (
        f"**{sqlite['cpu_us_one']:.0f} us of CPU a durable step** on one SQLite file, {sqlite['cpu_us_batch']:.0f} us "
        f"where a hundred machines are at work{beside}."
    )


def _latency(report: Mapping[str, object]) -> str:
    latency = report.get("latency")
    found = cast("Mapping[str, Mapping[str, float]]", latency)["sqlite"] if latency else None
    if found is None:
        return ""
    return (
        f"**{found['p50_ms']:.1f} ms from the commit of a step to the start of the next**, of 99 in 100 at most "
        f"{found['p99_ms']:.1f} ms, on SQLite at 70% load."
    )


def _of(report: Mapping[str, object], name: str) -> Mapping[str, float] | None:
    return cast("Mapping[str, float] | None", report.get(name))
