"""``python -m tests.mutation [WORD ...]``: how much of what could be wrong with the protocol would be noticed.

Changes `src/fsm_domain/runtime` and `failover` in every small way, one at a time; the unit tests that reach the change
run first, and where they notice nothing the simulation does.  WORDs choose the mutants whose names contain one of them.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.judging import Judge
from tests.mutation.operators import Mutant, mutants_of
from tests.mutation.results import KEPT, SURVIVED, Result, keep, kept, killed, page, table
from tests.mutation.survivors import JUSTIFIED

PAGE = Path("docs/mutation.md")
MADE = "<!-- What follows is made by: python -m tests.mutation --page -->\n"
SCOPE = ("fsm_domain/runtime", "fsm_domain/failover")
ENOUGH = 0.9
"""Share of all mutants that have to be killed."""


def main() -> int:
    options = _options()
    os.nice(options.nice)
    texts = sources()
    everything = [mutant for module, source in texts.items() for mutant in mutants_of(source, module)]
    before = {result.name: result for result in kept()}
    chosen = [mutant for mutant in everything if _is_chosen(mutant, options, before.get(mutant.name))]
    began, done = time.monotonic(), 0

    def hear(result: Result) -> None:
        nonlocal done
        done += 1
        before[result.name] = result
        if result.verdict == SURVIVED or options.verbose:
            print(f"{done}/{len(chosen)} {result.verdict}: {result.name} (line {result.line}) {result.by}", flush=True)
        if done % 100 == 0:
            print(f"{done}/{len(chosen)} after {time.monotonic() - began:.0f} s", flush=True)

    worlds = 0 if options.unit_only else options.worlds
    try:
        Judge(texts, worlds, options.processes).judge(chosen, hear)
    finally:
        results = [before[mutant.name] for mutant in everything if mutant.name in before]
        keep(results)
    print(f"{done} mutants in {time.monotonic() - began:.0f} s; all results are in {KEPT}\n\n{table(results)}\n")
    if options.page:
        told = PAGE.read_text(encoding="utf-8").partition(MADE)[0]
        PAGE.write_text(f"{told}{MADE}\n{page(results, JUSTIFIED)}", encoding="utf-8")
    return _verdict(results, len(everything))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("words", nargs="*", metavar="WORD")
    parser.add_argument("--survivors", action="store_true", help="only those that survived the last run, or are new")
    parser.add_argument("--unit-only", action="store_true", help="leave the simulation out")
    parser.add_argument("--worlds", type=int, default=300, help="simulated for a mutant that the unit tests let live")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--nice", type=int, default=15, help="how much the rest of the machine comes first")
    parser.add_argument("--page", action="store_true", help=f"put the results into {PAGE}")
    parser.add_argument("--verbose", action="store_true", help="tell of the killed, too")
    return parser.parse_args()


def sources() -> dict[str, str]:
    files = [file for folder in SCOPE for file in sorted(Path("src", folder).glob("[!_]*.py"))]
    return {".".join(file.with_suffix("").parts[1:]): file.read_text(encoding="utf-8") for file in files}


def _is_chosen(mutant: Mutant, options: argparse.Namespace, before: Result | None) -> bool:
    if options.survivors and before is not None and before.verdict != SURVIVED:
        return False
    return not options.words or any(word in mutant.name for word in options.words)


def _verdict(results: Sequence[Result], total: int) -> int:
    """Say what is wrong; the exit code."""
    reasons = {name: reason for reason, names in JUSTIFIED.items() for name in names}
    alive = {result.name for result in results if result.verdict == SURVIVED}
    judged = {result.name for result in results}
    wrong = [f"survived without a reason: {name}" for name in sorted(alive - reasons.keys())]
    wrong += [f"has a reason to survive, and does not: {name}" for name in sorted((reasons.keys() & judged) - alive)]
    if len(results) == total:
        wrong += [f"has a reason to survive, and is no mutant: {name}" for name in sorted(reasons.keys() - judged)]
    if killed(results) < ENOUGH:
        wrong.append(f"{killed(results):.1%} were killed: too few")
    print("\n".join([f"{killed(results):.1%} of {len(results)} killed", *wrong]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
