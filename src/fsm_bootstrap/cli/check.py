"""``fsm check``."""

from __future__ import annotations

import os
from pathlib import Path

from fsm_bootstrap.checking import Finding, Severity, check
from fsm_bootstrap.checking.type_checker import TypeCheckerFailed
from fsm_bootstrap.cli.check_options import CheckFormat
from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.output import Format, Row, put, put_table, say


def check_machines(spec: str | None, form: CheckFormat, *, strict: bool, types: bool) -> int:
    """List everything that is found; INVALID where it is an error.  The findings are data: on standard output.

    Raises:
        CommandError: mypy cannot be run.
    """
    where = spec or _default_spec()  # settings are looked at only where one of them is needed
    try:
        checked = check(where, types=types)
    except TypeCheckerFailed as error:
        hint = "mend its configuration, or leave the types out: --no-types"
        raise CommandError(Exit.FAILED, f"mypy did not come to an end: {error}", hint) from None
    findings = [one._replace(severity=Severity.ERROR) for one in checked.findings] if strict else checked.findings
    _put(findings, form)
    for what in checked.unchecked:
        say(f"not checked: {what}")
    errors = sum(one.severity is Severity.ERROR for one in findings)
    if errors:
        say(f"error: {where}: {errors} {'problem' if errors == 1 else 'problems'}")
        return Exit.INVALID
    for machine in checked.machines:
        say(f"ok: {machine.name}: {len(machine.nodes)} states, {len(machine.edges)} transitions")
    return Exit.OK


def _default_spec() -> str:
    from fsm_bootstrap.cli.session import begin, spec_of

    return spec_of(None, begin())


def _put(findings: list[Finding] | tuple[Finding, ...], form: CheckFormat) -> None:
    match form:
        case CheckFormat.TEXT:
            for one in findings:
                put(f"{'' if one.severity is Severity.ERROR else 'warning: '}{one}")
        case CheckFormat.GITHUB:
            for one in findings:
                put(annotation(one))
        case CheckFormat.JSON | CheckFormat.JSONL:
            put_table([_row(one) for one in findings], Format(form.value), ())


def _row(one: Finding) -> Row:
    return {
        "severity": one.severity.value,
        **one.problem._asdict(),
        "rule": one.rule,
        "detail": one.detail,
        "hint": one.hint,
        "text": str(one),
    }


def annotation(one: Finding) -> str:
    """A finding as a command that GitHub Actions reads from a log."""
    where = f"file={_property(_in_repository(one.problem.file))}," if one.problem.file else ""
    line = f"line={one.problem.line}," if one.problem.line else ""
    lines = [str(one.problem._replace(file="", line=0)), *str(one).splitlines()[1:]]
    return f"::{one.severity} {where}{line}title=fsm check::{_data(chr(10).join(line.strip() for line in lines))}"


def _in_repository(file: str) -> str:
    """GitHub wants paths from the top of the checkout, wherever a step runs."""
    top, path = os.environ.get("GITHUB_WORKSPACE"), Path(file).absolute()
    return str(path.relative_to(top)) if top and path.is_relative_to(top) else file


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
