"""Which files a machine is made of.

mypy follows every import and tells what is wrong anywhere; a check of machines is about what defines them: their
modules, what these import themselves, and the modules of actions and contexts.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from fsm_bootstrap.user_code import file_of
from fsm_domain.machine.declared import inner
from fsm_domain.runtime.registry import AnyMachine


def files_behind(machines: Iterable[AnyMachine], defining: Iterable[Path], roots: Sequence[Path]) -> frozenset[Path]:
    """Below `roots`: the defining files, those that they import, and those of the machines' actions and contexts."""
    own = set(defining)
    for file in tuple(own):
        own |= set(_imported(file, roots))
    for machine in machines:
        own |= {file for part in _parts(machine) for file in home_of(part)}
    return frozenset(file.resolve() for file in own if any(file.is_relative_to(root) for root in roots))


def home_of(thing: object) -> Iterator[Path]:
    """The file that defines a function, an object's class or a class; nothing for what has none."""
    module = sys.modules.get(str(getattr(inner(thing) if callable(thing) else thing, "__module__", "")))
    file = getattr(module, "__file__", None)
    if file:
        yield Path(file)


def _parts(machine: AnyMachine) -> Iterator[object]:
    yield machine.context
    for node in machine.states:
        yield from (node.entry, node.action, node.exit, *(edge.action for edge in node.transitions))


def _imported(file: Path, roots: Sequence[Path]) -> Iterator[Path]:
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):  # it has been said that it cannot be imported
        return
    for line in ast.walk(tree):
        for name in _names(line):
            if (found := file_of(name, roots)) is not None:
                yield found


def _names(line: ast.AST) -> Iterator[str]:
    if isinstance(line, ast.Import):
        yield from (alias.name for alias in line.names)
    elif isinstance(line, ast.ImportFrom) and line.module and not line.level:
        yield line.module
        yield from (f"{line.module}.{alias.name}" for alias in line.names)
