"""``python -m tests.fuzz [TARGET...] [--executions N] [--seed S]``; ``python -m tests.fuzz TARGET --input FILE``."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.campaign import fuzz
from tests.fuzz.targets import TARGETS


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz what reads bytes from outside.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"{', '.join(TARGETS)}; without any: all")
    parser.add_argument("--executions", type=int, help="instead of the target's own number")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--input", type=Path, help="run this one file, such as a finding, and nothing else")
    parser.add_argument("--into", type=Path, help="a folder for inputs that reach something new, and for findings")
    asked = parser.parse_args(arguments)
    names: list[str] = asked.targets or list(TARGETS)
    if unknown := set(names) - set(TARGETS):
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    if asked.input is not None:
        for name in names:
            TARGETS[name].run(asked.input.read_bytes())
        return 0
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(1, 2**31)
    print(f"seed {seed}; --seed sets it", flush=True)
    into: Path = asked.into if asked.into is not None else Path(tempfile.mkdtemp(prefix="fuzz-"))
    return max([_fuzz(name, asked.executions or TARGETS[name].executions, seed, into) for name in names])


def _fuzz(name: str, executions: int, seed: int, into: Path) -> int:
    began = time.monotonic()
    done = fuzz(name, executions, seed, into)
    took = time.monotonic() - began
    print(
        f"{name}: {done.executions:,} executions in {took:.0f} s, the slowest under {done.slowest + 1} s, "
        f"at most {done.megabytes} MB; {'none of them a finding' if done.finding is None else 'A FINDING:'}",
        flush=True,
    )
    if done.finding is not None:
        print(f"{done.finding}\nits input is in {into / name}; python -m tests.fuzz {name} --input FILE runs it again")
    return int(done.finding is not None)


if __name__ == "__main__":
    sys.exit(main())
