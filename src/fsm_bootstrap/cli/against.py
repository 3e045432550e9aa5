"""``fsm check --against``: may these machines be deployed where instances are live?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fsm_bootstrap.cli.check_options import CheckFormat
from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.output import Format, put, put_table, say
from fsm_bootstrap.cli.session import begin, load, open_app, spec_of
from fsm_bootstrap.live.census import Census, take
from fsm_bootstrap.live.files import NotACensus, read, written
from fsm_bootstrap.live.gate import Judgement, judge, reading

if TYPE_CHECKING:
    from fsm_bootstrap.settings import Settings
    from fsm_domain.runtime.registry import AnyMachine

DEPLOYED = "deployed"
"""In the place of a file: what the settings' records hold."""


def check_against(spec: str | None, against: str, form: CheckFormat) -> int:
    """List what stands in the way; INVALID where something does.  The findings are data: on standard output.

    Raises:
        CommandError: an annotation was asked for, which needs a line to stand at.
    """
    if form is CheckFormat.GITHUB:
        raise CommandError(
            Exit.USAGE, "--against tells of live instances, not of lines of a file", "use -o text or -o json with it"
        )
    settings = begin()
    machines = load(spec_of(spec, settings))
    census = _deployed(machines, settings) if against == DEPLOYED else _of_file(Path(against))
    judgement = judge(machines, census)
    if form is CheckFormat.TEXT:
        for finding in judgement.findings:
            put(str(finding) if finding.severity == "error" else f"{finding.severity}: {finding}")
    else:
        put_table(
            [{**finding._asdict(), "text": str(finding)} for finding in judgement.findings], Format(form.value), ()
        )
    if not census.has_contexts:
        say(f"note: {against} holds no contexts, so whether these can be read was not tried")
    return _end(judgement)


def export(file: Path | None) -> None:
    """Write what is live, and the definitions that were kept, to a file or to standard output."""
    text = written(take(open_app(begin()).store))
    if file is None:
        put(text)
    else:
        file.write_text(text + "\n", encoding="utf-8")


def _end(judgement: Judgement) -> int:
    refused = {finding.machine for finding in judgement.findings if finding.severity == "error"}
    for machine, live, other in judgement.outlooks:
        of_others = f", {other} of them as another definition left them" if other else ""
        if machine in refused:
            say(f"error: {machine}: not all of {live} live instances could go on")
        else:
            say(f"ok: {machine}: {live} live {'instance' if live == 1 else 'instances'}{of_others}")
    return Exit.INVALID if judgement.refuses else Exit.OK


def _deployed(machines: tuple[AnyMachine, ...], settings: Settings) -> Census:
    app = open_app(settings, machines)
    return take(app.store, app.machines, reading(app.machines, app.codec))


def _of_file(path: Path) -> Census:
    hint = f"fsm definitions export {path} writes it, where the records can be reached"
    try:
        return read(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CommandError(
            Exit.NOT_FOUND, f"--against {path}: there is no such file, nor is it 'deployed'", hint
        ) from None
    except (OSError, UnicodeDecodeError, NotACensus) as error:
        raise CommandError(Exit.INVALID, f"--against {path}: {error}", hint) from None
