"""Print a page: ``python -m fsm_bootstrap.reference metrics > docs/reference/metrics.md``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

PAGES = ("metrics", "schema", "settings")
"""Each is a module beside this one with a function `page`."""


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0, or 2 where no such page is known."""
    if len(arguments) != 1 or arguments[0] not in PAGES:
        sys.stderr.write(f"usage: python -m fsm_bootstrap.reference {{{','.join(PAGES)}}}\n")
        return 2
    page: str = import_module(f"fsm_bootstrap.reference.{arguments[0]}").page()
    sys.stdout.write(page)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
