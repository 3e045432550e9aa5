"""An operator's act on all machines that a query finds: counted first, then confirmed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.operating import operate
from fsm_bootstrap.cli.output import Format, instance_row, put_table, say
from fsm_bootstrap.cli.queries import COLUMNS
from fsm_bootstrap.cli.selection import found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fsm_bootstrap.application import App
    from fsm_bootstrap.cli.acts import Act
    from fsm_bootstrap.cli.selection import Selection
    from fsm_ports.instance import Instance


class Wanted(NamedTuple):
    """Which machines, and how sure the caller is."""

    ids: Sequence[str]
    query: bool
    selection: Selection
    dry_run: bool = False
    yes: bool = False

    def check(self, act: Act) -> None:
        """Raises:
        CommandError: neither ids nor a query, or both.
        """
        ways = f"fsm {act.wish} ID..., or fsm {act.wish} --query --machine NAME"
        if self.ids and self.query:
            raise CommandError(Exit.USAGE, "ids and --query exclude each other", ways)
        if not self.ids and not self.query:
            raise CommandError(Exit.USAGE, "neither ids nor --query are given", ways)
        stray = [*self.selection.given(), *(["--dry-run"] if self.dry_run else [])]
        if stray and not self.query:
            raise CommandError(Exit.USAGE, f"{stray[0]} goes with --query only", ways)


def act_on_wanted(app: App, act: Act, wanted: Wanted, reason: str, form: Format) -> int:
    """Do it to the machines of these ids, or to those that the query finds.

    Raises:
        CommandError: not confirmed.
        PortError: the query was not answered.
    """
    if not wanted.query:
        return operate(app, act, wanted.ids, reason, form)
    selected = _selected(app, act, wanted.selection)
    say(f"{_counted(len(selected))} to {act.wish}")
    if wanted.dry_run:
        put_table([instance_row(record) for record in selected], form, COLUMNS)
        return Exit.OK
    if selected and not wanted.yes:
        _confirm(act, len(selected))
    return operate(app, act, (record.correlation_id for record in selected), reason, form)


def _selected(app: App, act: Act, selection: Selection) -> list[Instance]:
    """Those that it makes sense for, without their contexts: there may be many."""
    selected: list[Instance] = []
    for record in found(app, selection.query(app.clock.now())):
        if act.applies(record):
            selected.append(record._replace(context=None))
        if len(selected) == selection.limit:
            break
    return selected


def _confirm(act: Act, count: int) -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        message = f"this would {act.wish} {_counted(count)}, and there is no terminal to ask"
        raise CommandError(Exit.USAGE, message, "--yes does it, --dry-run lists them")
    sys.stderr.write(f"{act.wish} {_counted(count)}? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise CommandError(Exit.INTERRUPTED, "not confirmed: nothing was done", "--dry-run lists them")


def _counted(count: int) -> str:
    return "1 machine" if count == 1 else f"{count} machines"
