"""Searches, or shows one schedule: ``python -m tests.simulation.exhaustive [--full] [CASE [CHOICE...]]``.

Without a case: every case within its bounds, a line each; ``--full`` within the wide bounds, which takes long.  With a
case and choices, as a failed search prints them: the trace of that schedule, and what it breaks.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from time import process_time

from fsm_bootstrap.simulation.narration import told
from tests.simulation.exhaustive.cases import BY_NAME, CASES
from tests.simulation.exhaustive.search import replayed, search


def main(arguments: Sequence[str]) -> int:
    """0: nothing is broken; 1: something is; 2: there is no such case, or no such schedule."""
    full = "--full" in arguments
    name, *words = [one for one in arguments if one != "--full"] or [""]
    if name and name not in BY_NAME:
        print(f"{__doc__}\nCases: {', '.join(BY_NAME)}", file=sys.stderr)
        return 2
    if words:
        return _show(name, words)
    broken = False
    for case in CASES if not name else [BY_NAME[name]]:
        began = process_time()
        found = search(case, case.bounds(full=full))
        print(f"{case.name}: {found.report}, {process_time() - began:.0f} s", flush=True)
        broken = broken or bool(found.broken)
    return 1 if broken else 0


def _show(name: str, words: Sequence[str]) -> int:
    try:
        events, broken = replayed(BY_NAME[name], words)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for event in events:
        print(told(event))
    print("\n".join(broken) or "nothing is broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
