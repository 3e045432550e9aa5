"""One target under atheris: ``python -m tests.fuzz.harness TARGET [option of libFuzzer | folder]...``.

A process of its own: libFuzzer ends it.  What is fuzzed is imported under atheris, which then sees what each input
reaches.
"""

from __future__ import annotations

import resource
import sys

import atheris
from atheris.import_hook import instrument_imports

MEMORY = 2 << 30
"""Bytes of address space: whoever asks for more is told that there is none, and that is a finding."""


def main() -> None:
    name, *options = sys.argv[1:]
    with instrument_imports(include=["fsm_adapters", "fsm_bootstrap", "fsm_ports", "tests.fuzz.targets"]):
        from tests.fuzz.targets import PLANTED, TARGETS
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    atheris.Setup([sys.argv[0], *options], {**TARGETS, **PLANTED}[name].run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
