"""``fsm check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsm_bootstrap.cli.exits import Exit
from fsm_bootstrap.cli.output import Format, Row, put, put_table, say
from fsm_bootstrap.cli.session import begin, spec_of
from fsm_bootstrap.definitions import DefinitionError, Problem
from fsm_bootstrap.loading import load_machines

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_machines(spec: str | None, form: Format) -> int:
    """List every problem and warning; INVALID where there is a problem.  The findings are data: on standard output."""
    where = spec_of(spec, begin())
    try:
        loaded = load_machines(where)
    except DefinitionError as error:
        _put(_findings("error", error.problems), form)
        say(f"error: {where}: {len(error.problems)} {'problem' if len(error.problems) == 1 else 'problems'}")
        return Exit.INVALID
    _put(_findings("warning", loaded.warnings), form)
    for machine in loaded.machines:
        say(f"ok: {machine.name}: {len(machine.nodes)} states, {len(machine.edges)} transitions")
    return Exit.OK


def _findings(severity: str, problems: Iterable[Problem]) -> list[Row]:
    return [{"severity": severity, **problem._asdict(), "text": str(problem)} for problem in problems]


def _put(rows: list[Row], form: Format) -> None:
    if form is not Format.TEXT:
        put_table(rows, form, ())
        return
    for row in rows:
        put(f"{row['text']}" if row["severity"] == "error" else f"warning: {row['text']}")
