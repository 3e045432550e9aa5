"""What mypy says about the machines of an fsm.yaml, on the YAML's own lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from fsm_bootstrap.checking.finding import Finding, Severity
from fsm_bootstrap.checking.hints import hint_for
from fsm_bootstrap.checking.own_code import files_behind
from fsm_bootstrap.checking.type_checker import Said, run
from fsm_bootstrap.checking.typed_python import FILE, Kind, Origin, TypedPython, typed_python
from fsm_bootstrap.definitions import Problem, shown
from fsm_bootstrap.user_code import file_of
from fsm_bootstrap.yaml.building import Parts
from fsm_bootstrap.yaml.files import Source
from fsm_domain.machine.declared import returns_any_text
from fsm_domain.runtime.registry import AnyMachine


class Typed(NamedTuple):
    """What the types tell, and which actions they tell nothing about."""

    findings: tuple[Finding, ...]
    unseen: tuple[str, ...]


def check_yaml(sources: Sequence[tuple[Source, Parts]], machines: Sequence[AnyMachine]) -> Typed:
    """Check the machines, and the user's modules that they are made of.

    Raises:
        TypeCheckerFailed: mypy did not come to an end.
    """
    written = typed_python(sources)
    folders = tuple(dict.fromkeys(folder for source, _ in sources for folder in source.folders))
    with TemporaryDirectory(prefix="fsm-check-") as folder:
        file = Path(folder) / FILE
        file.write_text(written.text, encoding="utf-8")
        said = run([file], folders)
    unseen = list(written.unseen)
    named = (
        file_of(path.rpartition(".")[0], source.folders) for source, parts in sources for path in _paths(source, parts)
    )
    files = files_behind(machines, filter(None, named), folders)
    findings = list(_vague(sources))
    for one in said:
        # By name alone: what mypy remembers of an equal file it tells under the folder that this one was in.
        if one.file.name != FILE:
            findings += of_own_code(one, files)
        elif _is_not_seen(one, written):
            unseen.append(written.origins[one.line].path)
        else:
            findings.append(_finding(one, written.origins[one.line]))
    return Typed(tuple(findings), tuple(dict.fromkeys(unseen)))


def of_own_code(said: Said, files: frozenset[Path]) -> Iterator[Finding]:
    """The error, where it is in one of the files."""
    if said.file.resolve() in files:
        problem = Problem(shown(said.file), said.line, said.message)
        yield Finding(Severity.ERROR, problem, _rule(said), hint=hint_for(said.message))


def _paths(source: Source, parts: Parts) -> Iterator[str]:
    yield from parts.actions
    yield source.machine.context


def _is_not_seen(said: Said, written: TypedPython) -> bool:
    """It exists, for it was imported: the module makes it in a way that mypy cannot see."""
    origin = written.origins[said.line]
    return origin.path != "" and said.code == "attr-defined" and said.message.startswith("Module")


def _finding(said: Said, origin: Origin) -> Finding:
    message, hint = _words(said, origin)
    problem = Problem(origin.file, origin.line, message)
    detail = _short(said.message) if message != said.message else ""
    return Finding(Severity.ERROR, problem, _rule(said), detail, hint)


def _words(said: Said, origin: Origin) -> tuple[str, str]:
    """The message and the hint."""
    machine, state = origin.machine, origin.state
    if origin.kind is Kind.CONTEXT:
        message = f"action {origin.path!r} does not take the context of machine {machine.name!r}, {machine.context}"
        if machine.given("context"):
            return message, f"annotate its context as {machine.context}, or change the machine's key 'context'"
        return message, "annotate its context as a dict, or name its class under the machine's key 'context'"
    if origin.kind is Kind.EVENTS and state is not None:
        handled = ", ".join(repr(way.event) for way in state.transitions if way.event) or "no event"
        message = f"action {origin.path!r} returns what is no event of state {state.name!r}, which handles {handled}"
        return message, "return one of these, or None to wait; or give the state a transition for what it returns"
    return said.message, hint_for(said.message)


def _short(message: str) -> str:
    """What mypy says about types that do not fit, alike for assignments and arguments."""
    for pattern in (
        r'expression has type (?P<got>".*"), variable has type (?P<wanted>".*")\)',
        r'has incompatible type (?P<got>".*"); expected (?P<wanted>".*")',
    ):
        if types := re.search(pattern, message):
            return f"{types['got']} is not {types['wanted']}"
    return message


def _rule(said: Said) -> str:
    return f"types/{said.code}" if said.code else "types"


def _vague(sources: Sequence[tuple[Source, Parts]]) -> Iterator[Finding]:
    """Functions whose events are just any text.  Action classes in the original's style never said more."""
    for source, parts in sources:
        for state in source.machine.states:
            found = parts.actions.get(state.do_action)
            if found is not None and not state.final and found.legacy is None and returns_any_text(found.function):
                message = f"action {state.do_action!r} does not say which events it returns, so they are not checked"
                hint = "annotate what it returns with the events: -> Literal['paid', 'declined']"
                problem = Problem(source.file, state.line("do_action"), message)
                yield Finding(Severity.WARNING, problem, "types", hint=hint)
