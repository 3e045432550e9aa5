"""``fsm resources create``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsm_adapters.system.clock import SystemClock
from fsm_adapters.system.random import SystemRandom
from fsm_bootstrap.cli.exits import Exit
from fsm_bootstrap.cli.output import Format, Row, put_table, say
from fsm_bootstrap.cli.session import begin
from fsm_bootstrap.registry import missing
from fsm_bootstrap.settings.checks import check
from fsm_bootstrap.supplies import Supplies
from fsm_ports.errors import PortError, PortMisconfigured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fsm_bootstrap.resources.resource import Difference, Resource

_COLUMNS = ("resource", "purpose", "state", "action")


def create_resources(form: Format, *, dry_run: bool) -> int:
    """Make what the settings name and AWS lacks; what is there keeps all that it holds."""
    settings = begin()
    check(settings)
    supplies = Supplies(settings, SystemClock(), SystemRandom())
    try:
        from fsm_bootstrap.resources.plan import resources

        planned = resources(supplies)
    except ModuleNotFoundError as error:
        raise PortMisconfigured(missing(error)) from error
    if not planned:
        say("nothing to make: the settings name no queue, topic, stream or table of AWS")
    steps = [_settle(resource, dry_run=dry_run) for resource in planned]
    put_table([row for row, _ in steps], form, _COLUMNS)
    return max((code for _, code in steps), default=Exit.OK)


def _settle(resource: Resource, *, dry_run: bool) -> tuple[Row, Exit]:
    looked = resource.look()
    if isinstance(looked, PortError):
        return _row(resource, "unknown", f"none: {looked}"), Exit.UNREACHABLE
    if looked is None:
        if dry_run:
            return _row(resource, "missing", f"would make {resource.describe()}"), Exit.OK
        return _made(resource, "missing", f"made {resource.describe()}", resource.create())
    if not looked:
        return _row(resource, "right", "none"), Exit.OK
    return _mend(resource, looked, dry_run=dry_run)


def _mend(resource: Resource, differences: Sequence[Difference], *, dry_run: bool) -> tuple[Row, Exit]:
    state = "; ".join(difference.what for difference in differences)
    by_hand = [difference.remedy for difference in differences if difference.mend is None]
    if by_hand:
        return _row(resource, state, f"none: {'; '.join(by_hand)}"), Exit.INVALID
    if dry_run:
        return _row(resource, state, "would mend it"), Exit.OK
    for difference in differences:
        error = difference.mend() if difference.mend is not None else None
        if error is not None:
            return _made(resource, state, "", error)
    return _row(resource, state, "mended"), Exit.OK


def _made(resource: Resource, state: str, action: str, error: PortError | None) -> tuple[Row, Exit]:
    if error is None:
        return _row(resource, state, action), Exit.OK
    return _row(resource, state, f"failed: {error}"), Exit.UNREACHABLE


def _row(resource: Resource, state: str, action: str) -> Row:
    return {"resource": str(resource.source), "purpose": resource.purpose, "state": state, "action": action}
