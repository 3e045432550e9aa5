"""``python -m benchmarks``: measure one thing, or all; keep a report; write the page that shows it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Final

from benchmarks.outcome import Outcome

NAMES: Final = (
    "core", "engine", "sqlite", "redis", "calls", "bill", "latency", "coldstart", "growth", "memory",
)  # fmt: skip


def run(name: str, *, quick: bool = False) -> Outcome:
    """One benchmark."""
    benchmark: Callable[[bool], Outcome] = import_module(f"benchmarks.{name}").run
    return benchmark(quick)


def main(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    if asked.name == "report":
        from benchmarks.report import write_page

        return write_page(asked.file, asked.soak)
    if asked.name == "soak":
        from benchmarks.soak import soak

        return soak(asked.machines, asked.workers, as_json=asked.json)
    if asked.name == "all":
        return _all(quick=asked.quick, as_json=asked.json, only=asked.only)
    _show({asked.name: run(asked.name, quick=asked.quick)}, as_json=asked.json)
    return 0


def _all(*, quick: bool, as_json: bool, only: Sequence[str]) -> int:
    from benchmarks.place import place

    where = place()
    outcomes: dict[str, Outcome] = {}
    for name in only or NAMES:
        sys.stderr.write(f"{name}...\n")
        outcomes[name] = run(name, quick=quick)
        if not as_json:
            _show({name: outcomes[name]}, as_json=False)
    if as_json:
        found = {name: outcome.figures for name, outcome in outcomes.items()}
        print(json.dumps({**found, "place": where}, indent=2))
    return 0


def _show(outcomes: Mapping[str, Outcome], *, as_json: bool) -> None:
    for name, outcome in outcomes.items():
        print(json.dumps(outcome.figures, indent=2) if as_json else "\n  ".join([name, *outcome.lines]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name in (*NAMES, "all", "soak"):
        about = (import_module(f"benchmarks.{name}").__doc__ or "") if name != "all" else "All of them."
        one = names.add_parser(name, help=about.splitlines()[0], description=about)
        one.add_argument("--json", action="store_true", help="One JSON object on standard output.")
        if name == "soak":
            one.add_argument("--machines", type=int, default=1_000_000, help="How many to run.")
            one.add_argument("--workers", type=int, default=1, help="Processes that work on them.")
            continue
        one.add_argument("--quick", action="store_true", help="A short run: shape, not figures.")
        if name == "all":
            one.add_argument("--only", nargs="*", choices=NAMES, default=(), help="These alone.")
    report = names.add_parser("report", help="Write the table of docs/performance.md from what `all --json` printed.")
    report.add_argument("file", help="Where that was kept.")
    report.add_argument("--soak", metavar="FILE", help="What `soak --json` printed, to be shown as well.")
    return parser


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
