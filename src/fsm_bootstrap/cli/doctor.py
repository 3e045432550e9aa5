"""``fsm doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsm_adapters.system.clock import SystemClock
from fsm_adapters.system.random import SystemRandom
from fsm_bootstrap.cli.exits import Exit
from fsm_bootstrap.cli.output import Format, Row, put, put_table, say
from fsm_bootstrap.cli.session import begin, load_for_now
from fsm_bootstrap.doctor.finding import Finding, Level
from fsm_bootstrap.supplies import Supplies
from fsm_ports.errors import PortMisconfigured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fsm_bootstrap.settings import Settings

_COLUMNS = ("level", "subject", "text", "remedy")


def examine(spec: str | None, form: Format) -> int:
    """Look at settings and back ends; INVALID where something does not work."""
    settings = begin()
    findings = list(_findings(spec, settings))
    if form is Format.TEXT:
        for finding in findings:
            put(f"{finding.level.name.lower():<8}{finding.subject}: {finding.text}")
            if finding.remedy:
                put(f"        -> {finding.remedy}")
    else:
        put_table([_row(finding) for finding in findings], form, _COLUMNS)
    errors = sum(finding.level is Level.ERROR for finding in findings)
    warnings = sum(finding.level is Level.WARNING for finding in findings)
    say(f"{errors} errors, {warnings} warnings")
    return Exit.INVALID if errors else Exit.OK


def _findings(spec: str | None, settings: Settings) -> Iterator[Finding]:
    from fsm_bootstrap.application import build_application
    from fsm_bootstrap.doctor.original import checkpoints_found
    from fsm_bootstrap.doctor.reach import known_of, parts_found, resources_found
    from fsm_bootstrap.doctor.sense import settings_found, together_found

    yield from settings_found(settings)
    try:
        machines = load_for_now(spec, settings)
        with build_application(settings, machines) as app:
            supplies = Supplies(settings, SystemClock(), SystemRandom())
            yield from resources_found(supplies)
            yield from parts_found(app)
            yield from checkpoints_found(supplies)
            yield from known_of(settings)
            yield from together_found(app)
    except PortMisconfigured as error:
        subject, _, text = str(error).partition(": ")
        yield Finding(Level.ERROR, subject, text or subject)


def _row(finding: Finding) -> Row:
    return {**finding._asdict(), "level": finding.level.name.lower()}
