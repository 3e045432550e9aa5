"""All checks of a spec, put together."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fsm_bootstrap.checking.finding import Finding, Severity, joined
from fsm_bootstrap.checking.graph import Concern, concerns
from fsm_bootstrap.checking.hints import hint_for
from fsm_bootstrap.checking.places import Places
from fsm_bootstrap.definitions import DefinitionError, Problem
from fsm_bootstrap.loading import files_of, is_yaml, load_machines, module_of
from fsm_bootstrap.user_code import file_of
from fsm_domain.machine.declared import inner
from fsm_domain.machine.state import DEADLINE
from fsm_domain.runtime.registry import AnyMachine

if TYPE_CHECKING:
    from fsm_bootstrap.yaml.files import Source

MISSING = "types, for mypy is not installed: pip install 'lambda-fsm[typecheck]'"


class Checked(NamedTuple):
    """What came out."""

    findings: tuple[Finding, ...]
    machines: tuple[AnyMachine, ...]
    """Those that could be made."""
    unchecked: tuple[str, ...]
    """What nothing can be said about, and why."""


def check(spec: str, *, types: bool = True) -> Checked:
    """Every finding about the machines that `spec` names.

    Raises:
        TypeCheckerFailed: mypy did not come to an end.
    """
    files = files_of(spec)
    if files is not None and is_yaml(files):
        return _yaml(files[0], types=types)
    return _python(spec, files, types=types)


def _yaml(path: Path, *, types: bool) -> Checked:
    from fsm_bootstrap.yaml.loader import examine

    examined = examine(path)
    structure = [*_of(Severity.ERROR, examined.problems), *_of(Severity.WARNING, examined.warnings)]
    keys = {source.machine.name: source for source, _ in examined.sources}
    for machine in examined.machines:
        for one in concerns(machine, may_all_wait=True):
            problem = Problem(*_line(keys[machine.name], one), one.message)
            structure.append(Finding(one.severity, problem, hint=one.hint))
    unchecked = list(_without_types(types=types))
    typed: tuple[Finding, ...] = ()
    if not unchecked and examined.sources:
        from fsm_bootstrap.checking.yaml_types import check_yaml

        typed, unseen = check_yaml(examined.sources, examined.machines)
        unchecked = [*(f"action {path!r}, which mypy cannot see" for path in unseen), *_bare(examined.machines)]
    return Checked(tuple(joined(structure, typed)), examined.machines, tuple(unchecked))


def _line(source: Source, concern: Concern) -> tuple[str, int]:
    state = next(state for state in source.machine.states if state.name == concern.state)
    for way in state.transitions:
        if concern.event and concern.event == (way.event or DEADLINE):
            return source.file, way.line("event" if way.event else "after")
    return source.file, state.line("name")


def _python(spec: str, files: Sequence[Path] | None, *, types: bool) -> Checked:
    machines: tuple[AnyMachine, ...] = ()
    problems: tuple[Problem, ...] = ()
    try:
        machines = load_machines(spec).machines
    except DefinitionError as error:
        problems = error.problems
    own = list(files) if files is not None else list(_module_file(spec))
    places = Places([*own, *_homes(machines, own)])
    structure = [*_of(Severity.ERROR, (_placed(problem, places) for problem in problems))]
    for machine in machines:
        for one in concerns(machine, may_all_wait=False):
            file, line = places.of(machine.name, one.state, one.event) or ("", 0)
            structure.append(Finding(one.severity, Problem(file, line, one.message), hint=one.hint))
    unchecked = list(_without_types(types=types))
    typed: list[Finding] = []
    readable = [file for file in own if file.is_file() and file.suffix == ".py"]
    if not unchecked and readable:
        from fsm_bootstrap.checking.own_code import files_behind
        from fsm_bootstrap.checking.type_checker import run
        from fsm_bootstrap.checking.yaml_types import of_own_code

        roots = list(dict.fromkeys(module_of(file)[1] for file in readable))
        mine = files_behind(machines, [*readable, *_homes(machines, own)], roots)
        typed = [finding for said in run(readable, roots) for finding in of_own_code(said, mine)]
        unchecked += _bare(machines)
    return Checked(tuple(joined(structure, typed)), machines, tuple(unchecked))


def _of(severity: Severity, problems: Iterable[Problem]) -> Iterator[Finding]:
    return (Finding(severity, problem, hint=hint_for(str(problem))) for problem in problems)


def _placed(problem: Problem, places: Places) -> Problem:
    """A problem of a machine, on the line of the state or event that is to blame."""
    _, mark, rest = problem.message.partition("': ")
    if not (problem.message.startswith("machine '") and mark):
        return problem
    place = places.blamed(problem.file, problem.line, rest)
    return problem._replace(file=place.file, line=place.line)


def _module_file(spec: str) -> Iterator[Path]:
    name = spec.partition(":")[0]
    file = file_of(name, (Path.cwd(),)) or getattr(sys.modules.get(name), "__file__", None)
    if file:
        yield Path(file)


def _homes(machines: Iterable[AnyMachine], own: Sequence[Path]) -> Iterator[Path]:
    """Other modules beside these, from which machines were imported."""
    roots = {module_of(file)[1] for file in own if file.suffix == ".py"}
    made = {id(machine) for machine in machines}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        is_own = file is not None and any(Path(file).is_relative_to(root) for root in roots)
        if file and is_own and any(id(value) in made for value in vars(module).values()):
            yield Path(file)


def _without_types(*, types: bool) -> Iterator[str]:
    if not types:
        yield "types, as --no-types says"
        return
    from fsm_bootstrap.checking.type_checker import is_installed

    if not is_installed():
        yield MISSING


def _bare(machines: Iterable[AnyMachine]) -> Iterator[str]:
    """Actions whose events no checker can know."""
    names = dict.fromkeys(
        name
        for machine in machines
        for node in machine.states
        if not node.final and node.action is not None and (name := _bare_name(node.action))
    )
    if names:
        yield f"what these actions return, for they are not annotated: {', '.join(names)}"


def _bare_name(action: Callable[..., object]) -> str:
    function = inner(action)
    if not hasattr(function, "__annotations__"):
        function = getattr(function, "__call__", function)  # noqa: B004 - an object whose class says how it is called
    annotated = "return" in getattr(function, "__annotations__", {})
    return "" if annotated else getattr(function, "__qualname__", repr(function))
