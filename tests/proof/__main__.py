"""Both frameworks behind the same faults, in one simulator: ``python -m tests.proof --machines 1000``.

Prints the table of docs/proof.md.  The original has to be installed where `FSM_BACKENDS` says, as ./run-tests does it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.proof.campaign import OURS, THEIRS, Cell, Sample, sampled
from tests.proof.rows import ROWS
from tests.proof.table import table


def main() -> int:
    """0; 1: a machine of this framework was lost, or an invariant broken."""
    asked = _arguments()
    frameworks = [OURS, THEIRS] if asked.framework == "both" else [asked.framework]
    rows = [row for row in ROWS if asked.row in row.name]
    package = _package() if THEIRS in frameworks else None
    samples = sampled(frameworks, rows, asked.machines, asked.seed, package, asked.processes)
    if asked.json:
        print(json.dumps([{**cell._asdict(), **sample.found._asdict()} for cell, sample in samples.items()]))
    else:
        print("\n".join(table(rows, samples)))
    broken = list(_broken(samples))
    print("\n".join(broken), file=sys.stderr)
    return 1 if broken else 0


def _broken(samples: Mapping[Cell, Sample]) -> list[str]:
    mine = [(cell, sample) for cell, sample in samples.items() if cell.framework == OURS]
    lines = [line for _, sample in mine for line in sample.broken]
    return lines + [f"{cell}: {found}" for cell, (found, _) in mine if found.lost or found.doubled]


def _package() -> Path:
    package = Path(os.environ.get("FSM_BACKENDS", "")) / "original"
    if not (package / "aws_lambda_fsm").is_dir():
        sys.exit(
            f"aws-lambda-fsm is not in {package}: run ./run-tests once, and set FSM_BACKENDS as .ci/backends.sh does"
        )
    return package


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--machines", type=int, default=100, help="of each row, set-up and framework")
    parser.add_argument("--seed", type=int, default=0, help="the first")
    parser.add_argument("--row", default="", help="only rows whose name has this in it")
    parser.add_argument("--framework", choices=[OURS, THEIRS, "both"], default="both")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true", help="counts of each cell")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
