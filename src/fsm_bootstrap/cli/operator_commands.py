"""The commands by which people, and outside systems, act on machines that were started."""

from collections.abc import Callable
from typing import Annotated

import typer

from fsm_bootstrap.cli import acts
from fsm_bootstrap.cli.options import From, Id, Machine, Machines, Origin, Output, Reason, Since, State, Status
from fsm_bootstrap.cli.output import Format

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="As printed by start.")]
Query = Annotated[bool, typer.Option("--query", help="Instead of ids: all that these options find and it applies to.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="How many at most.  Default: all.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list what --query finds.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    """Add them to the command line."""
    app.command()(send)
    for act in (acts.ABORT, acts.PAUSE):
        app.command(act.wish, help=act.help)(_many(act))
    app.command(acts.RESUME.wish, help=acts.RESUME.help)(_resume)
    app.command(acts.REDRIVE.wish, help=acts.REDRIVE.help)(_many(acts.REDRIVE))
    app.command(acts.RESTORE.wish, help=acts.RESTORE.help)(_restore)
    app.command()(replay)


def send(
    correlation_id: Id,
    event: Annotated[str, typer.Argument(help="Its name, as the machine's states handle it.")],
    machines: Machines = None,
    data: Annotated[
        str | None,
        typer.Option("--data", "-d", metavar="JSON", help="What goes with it: JSON, @FILE, or - for standard input."),
    ] = None,
    event_id: Annotated[
        str | None, typer.Option("--event-id", metavar="ID", help="Your own id: sending it again is safe.")
    ] = None,
    expect_step: Annotated[
        int | None, typer.Option("--expect-step", metavar="STEP", min=0, help="Conflicts where the machine is past it.")
    ] = None,
    output: Output = Format.TEXT,
) -> int:
    """Send an outside event to a machine; prints taken, inbox (it came before its wait) or seen (it was known)."""
    from fsm_bootstrap.cli.sending import send_event

    return send_event(correlation_id, event, machines, data, event_id, expect_step, output)


def replay(
    correlation_id: Id,
    from_step: Annotated[int, typer.Option("--from", metavar="STEP", min=0, help="Go on as it was after this step.")],
    new_id: Annotated[
        str | None, typer.Option("--as", metavar="NEW-ID", help="Id of the new machine: doing it again is safe.")
    ] = None,
    machines: Machines = None,
    output: Output = Format.TEXT,
) -> int:
    """Run a machine again from an earlier step, as a new one; prints its id. The old one is left alone."""
    from fsm_bootstrap.cli.sending import replay_instance

    return replay_instance(correlation_id, from_step, new_id, machines, output)


def _many(act: acts.Act) -> Callable[..., int]:
    """The command of an act that needs no machine, but its record only."""

    def command(
        ids: Ids = None,
        reason: Reason = "",
        query: Query = False,
        machine: Machine = None,
        status: Status = None,
        state: State = None,
        since: Since = None,
        limit: Limit = None,
        dry_run: DryRun = False,
        yes: Yes = False,
        output: Output = Format.TEXT,
    ) -> int:
        from fsm_bootstrap.cli.bulk import Wanted, act_on_wanted
        from fsm_bootstrap.cli.selection import Selection
        from fsm_bootstrap.cli.session import begin, open_app

        wanted = Wanted(ids or (), query, Selection(machine, status, state, since, limit), dry_run, yes)
        wanted.check(act)
        return act_on_wanted(open_app(begin()), act, wanted, reason, output)

    return command


def _resume(
    ids: Ids = None,
    machines: Machines = None,
    reason: Reason = "",
    query: Query = False,
    machine: Machine = None,
    status: Status = None,
    state: State = None,
    since: Since = None,
    limit: Limit = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    output: Output = Format.TEXT,
) -> int:
    from fsm_bootstrap.cli.bulk import Wanted, act_on_wanted
    from fsm_bootstrap.cli.selection import Selection
    from fsm_bootstrap.cli.session import begin, load_for_now, open_app

    wanted = Wanted(ids or (), query, Selection(machine, status, state, since, limit), dry_run, yes)
    wanted.check(acts.RESUME)
    settings = begin()
    # A wait that goes on may find its event in the inbox: only its machine tells which that is.
    return act_on_wanted(open_app(settings, load_for_now(machines, settings)), acts.RESUME, wanted, reason, output)


def _restore(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="As printed by start.")],
    machines: Machines = None,
    reason: Reason = "",
    from_: From = Origin.RECORDS,
    output: Output = Format.TEXT,
) -> int:
    from fsm_bootstrap.cli.operating import operate
    from fsm_bootstrap.cli.session import begin, load_for_now, open_app

    if from_ is Origin.KINESIS:
        from fsm_bootstrap.cli.from_stream import restore_from_kinesis

        for correlation_id in ids:
            restore_from_kinesis(correlation_id)
        return 0
    settings = begin()
    return operate(open_app(settings, load_for_now(machines, settings)), acts.RESTORE, ids, reason, output)
