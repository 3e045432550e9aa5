"""An fsm.yaml and its imports as machines."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from fsm_bootstrap.definitions import DefinitionError, Loaded, Problem
from fsm_bootstrap.yaml.actions import Resolver
from fsm_bootstrap.yaml.building import Parts, build, resolve
from fsm_bootstrap.yaml.checks import check, warnings
from fsm_bootstrap.yaml.files import Source, gather
from fsm_domain.runtime.registry import AnyMachine


class Examined(NamedTuple):
    """All that a file and its imports hold, right or wrong."""

    sources: tuple[tuple[Source, Parts], ...]
    """Every machine that could be read, with what its paths led to."""
    machines: tuple[AnyMachine, ...]
    """Those that nothing is wrong with."""
    problems: tuple[Problem, ...]
    """By file and line."""
    warnings: tuple[Problem, ...]


def load(path: Path) -> Loaded:
    """The machines of the file and of all files that it imports.

    The folder of a file, and that of the first file, come first on ``sys.path`` from now on, so that dotted paths are
    found in both.

    Raises:
        DefinitionError: with every problem of all files, by file and line.
    """
    examined = examine(path)
    if examined.problems:
        raise DefinitionError(examined.problems)
    return Loaded(examined.machines, examined.warnings)


def examine(path: Path) -> Examined:
    """The same, for who wants to know what is wrong: raises nothing."""
    gathered = gather(path)
    problems = [*gathered.problems, *_twice(gathered.sources)]
    machines: list[AnyMachine] = []
    sources: list[tuple[Source, Parts]] = []
    resolver = Resolver()
    for source in gathered.sources:
        parts, unresolved = resolve(source, resolver)
        sources.append((source, parts))
        found = [*check(source.machine, source.file), *unresolved]
        machine = None
        if not found and source.machine.whole():
            machine, found = build(source, parts)
        problems += found
        if machine is not None:
            machines.append(machine)
    order = {file: number for number, file in enumerate(gathered.files)}
    ordered = sorted(set(problems), key=lambda problem: (order.get(problem.file, 0), problem.line))
    warned = (warning for source in gathered.sources for warning in warnings(source.machine, source.file))
    return Examined(tuple(sources), tuple(machines), tuple(ordered), tuple(warned))


def _twice(sources: tuple[Source, ...]) -> list[Problem]:
    first: dict[str, str] = {}
    problems: list[Problem] = []
    for machine, file, _ in sources:
        if machine.name in first:
            message = f"machine {machine.name!r} is defined twice, first in {first[machine.name]}"
            problems.append(Problem(file, machine.line("name"), message))
        first.setdefault(machine.name, f"{file}:{machine.line('name')}")
    return problems
