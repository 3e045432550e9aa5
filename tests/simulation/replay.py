"""Runs one simulation again and tells it: ``python -m tests.simulation.replay SCENARIO SEED [WORD...]``.

Prints every event (of those that mention a WORD, if any is given), what is violated, and the digest of the trace.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from fsm_bootstrap.simulation.invariants.checks import violations
from fsm_bootstrap.simulation.narration import told
from fsm_bootstrap.simulation.scenarios import BY_NAME
from fsm_bootstrap.simulation.simulation import simulate


def command(scenario: str, seed: int) -> str:
    """How to see a failure again."""
    return f"python -m tests.simulation.replay {scenario} {seed}"


def main(arguments: Sequence[str]) -> int:
    """0: nothing is violated; 1: something is; 2: there is no such scenario."""
    if len(arguments) < 2 or arguments[0] not in BY_NAME:
        print(f"{__doc__}\nScenarios: {', '.join(BY_NAME)}", file=sys.stderr)
        return 2
    simulated = simulate(BY_NAME[arguments[0]], int(arguments[1]))
    for event in simulated.trace.events:
        line = told(event)
        if not arguments[2:] or any(word in line for word in arguments[2:]):
            print(line)
    broken = violations(simulated)
    print("\n".join(broken) or "nothing is violated")
    print(simulated.trace.digest())
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
