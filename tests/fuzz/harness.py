"""One target under atheris: ``python -m tests.fuzz.harness TARGET [option of libFuzzer | folder]...``.

A process of its own: libFuzzer ends it.  What is fuzzed is imported under atheris, which then sees what each input
reaches.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

import atheris
from atheris.import_hook import instrument_imports

SECONDS = 5.0
"""Of the processor, for one input; libFuzzer's own bound is by the clock, and ends what hangs."""
MEMORY = 2 << 30
"""Bytes of address space: whoever asks for more is told that there is none, and that is a finding."""


def main() -> None:
    name, *options = sys.argv[1:]
    with instrument_imports(include=["fsm_adapters", "fsm_bootstrap", "fsm_ports", "tests.fuzz.targets"]):
        from tests.fuzz.targets import PLANTED, TARGETS
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    atheris.Setup([sys.argv[0], *options], _timed({**TARGETS, **PLANTED}[name].run))
    atheris.Fuzz()


def _timed(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
    def timed(data: bytes) -> None:
        began = time.process_time()
        run(data)
        took = time.process_time() - began
        assert took < SECONDS, f"one input took {took:.1f} s"

    return timed


if __name__ == "__main__":
    main()
