"""An fsm.yaml and its imports as machines."""

from __future__ import annotations

from pathlib import Path

from fsm_bootstrap.definitions import DefinitionError, Loaded, Problem
from fsm_bootstrap.yaml.actions import Resolver
from fsm_bootstrap.yaml.building import build, resolve
from fsm_bootstrap.yaml.checks import check, warnings
from fsm_bootstrap.yaml.files import Source, gather
from fsm_domain.runtime.registry import AnyMachine


def load(path: Path) -> Loaded:
    """The machines of the file and of all files that it imports.

    The folder of a file, and that of the first file, come first on ``sys.path`` from now on, so that dotted paths are
    found in both.

    Raises:
        DefinitionError: with every problem of all files, by file and line.
    """
    gathered = gather(path)
    problems = [*gathered.problems, *_twice(gathered.sources)]
    machines: list[AnyMachine] = []
    resolver = Resolver()
    for source in gathered.sources:
        machine, found = _machine(source, resolver)
        problems += found
        if machine is not None:
            machines.append(machine)
    if problems:
        order = {file: number for number, file in enumerate(gathered.files)}
        raise DefinitionError(sorted(set(problems), key=lambda problem: (order.get(problem.file, 0), problem.line)))
    warned = (warning for source in gathered.sources for warning in warnings(source.machine, source.file))
    return Loaded(tuple(machines), tuple(warned))


def _machine(source: Source, resolver: Resolver) -> tuple[AnyMachine | None, list[Problem]]:
    problems = list(check(source.machine, source.file))
    parts, unresolved = resolve(source, resolver)
    problems += unresolved
    if problems or not source.machine.whole():
        return None, problems
    return build(source, parts)


def _twice(sources: tuple[Source, ...]) -> list[Problem]:
    first: dict[str, str] = {}
    problems: list[Problem] = []
    for machine, file, _ in sources:
        if machine.name in first:
            message = f"machine {machine.name!r} is defined twice, first in {first[machine.name]}"
            problems.append(Problem(file, machine.line("name"), message))
        first.setdefault(machine.name, f"{file}:{machine.line('name')}")
    return problems
