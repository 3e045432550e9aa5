"""The commands and their options.  Each imports what it needs when it runs, so that ``fsm --help`` is quick."""

from pathlib import Path
from typing import Annotated

import typer

from fsm_bootstrap.cli import cost_command, definition_commands, deploy_commands, live_commands, operator_commands
from fsm_bootstrap.cli.check_options import Against, CheckFormat, CheckOutput, NoTypes, Strict
from fsm_bootstrap.cli.options import Context, From, Id, Machine, Machines, NewId, Origin, Output, Since, State, Status
from fsm_bootstrap.cli.output import Format

app = typer.Typer(
    name="fsm",
    help="Durable finite state machines. Data goes to standard output, everything else to standard error.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        from fsm_bootstrap.cli.output import put

        put(version("lambda-fsm"))
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Print the traceback of an error, too.")] = False,
) -> None:
    """Options of every command."""


@app.command()
def init(
    name: Annotated[str, typer.Argument(help="Folder to make; also the machine's name.")],
    yaml: Annotated[bool, typer.Option("--yaml", help="Describe the machine in fsm.yaml.")] = False,
) -> None:
    """Write a small project: a machine, its test, a README."""
    from fsm_bootstrap.cli.init import create

    create(name, yaml=yaml)


@app.command()
def run(
    spec: Annotated[str, typer.Argument(help="Where the machine is; or its name, where this folder defines it.")],
    machine: Annotated[
        str | None, typer.Option("--machine", metavar="NAME", help="Which, where SPEC has many.")
    ] = None,
    context: Context = None,
    correlation_id: NewId = None,
    timeout: Annotated[
        float | None, typer.Option("--timeout", metavar="SECONDS", min=0.0, help="Stop working after this long.")
    ] = None,
    output: Output = Format.TEXT,
) -> int:
    """Start a machine and work until it is at rest. With the --id of an earlier run: go on with that."""
    from fsm_bootstrap.cli.run import run_machine

    return run_machine(spec, machine, context, correlation_id, timeout, output)


@app.command()
def doctor(machines: Machines = None, output: Output = Format.TEXT) -> int:
    """Look at settings and back ends: does everything answer, and do they go well together?"""
    from fsm_bootstrap.cli.doctor import examine

    return examine(machines, output)


resources = typer.Typer(help="What the settings name in AWS.", no_args_is_help=True)
app.add_typer(resources, name="resources")


@resources.command("create")
def create_resources(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    output: Output = Format.TEXT,
) -> int:
    """Make the queues, topics, streams and tables that the settings name; what exists keeps all that it holds."""
    from fsm_bootstrap.cli.resources import create_resources

    return create_resources(output, dry_run=dry_run)


@resources.callback()
def of_resources() -> None:
    """Options of all its commands: none."""


@app.command()
def worker(
    machines: Machines = None,
    concurrency: Annotated[int, typer.Option("--concurrency", "-n", min=1, help="Processes to start.")] = 1,
    drain: Annotated[bool, typer.Option("--drain", help="End when none of them is running any more.")] = False,
) -> int:
    """Work on whatever is due, until stopped. SIGTERM and Ctrl-C let the batch in hand finish."""
    from fsm_bootstrap.cli.worker import work

    return work(machines, concurrency, drain=drain)


@app.command()
def start(
    machine: Annotated[str, typer.Argument(help="The machine's name.")],
    machines: Machines = None,
    context: Context = None,
    correlation_id: NewId = None,
    count: Annotated[int, typer.Option("--count", min=1, help="How many to start.")] = 1,
    output: Output = Format.TEXT,
) -> int:
    """Start machines; prints their ids. Workers run them."""
    from fsm_bootstrap.cli.start import start_machines

    return start_machines(machine, machines, context, correlation_id, count, output)


@app.command("list")
def list_(
    machine: Machine = None,
    status: Status = None,
    state: State = None,
    since: Since = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most.")] = 100,
    cursor: Annotated[str | None, typer.Option("--cursor", help="Go on where an earlier list ended.")] = None,
    count: Annotated[bool, typer.Option("--count", help="Print only how many there are.")] = False,
    output: Output = Format.TEXT,
) -> None:
    """List machines that were started."""
    from fsm_bootstrap.cli.queries import list_instances
    from fsm_bootstrap.cli.selection import Selection

    list_instances(Selection(machine, status, state, since, limit), cursor, output, count=count)


@app.command()
def show(
    correlation_id: Id,
    machines: Machines = None,
    output: Output = Format.TEXT,
) -> None:
    """Show where a machine is, what comes next, what went wrong, and its context."""
    from fsm_bootstrap.cli.showing import show_instance

    show_instance(correlation_id, machines, output)


@app.command()
def history(
    correlation_id: Id,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the machine is at rest.")] = False,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write all of it there, as JSON lines.")
    ] = None,
    from_: From = Origin.RECORDS,
    output: Output = Format.TEXT,
) -> None:
    """Show every step, retry and error of a machine."""
    from fsm_bootstrap.cli.past import show_history

    show_history(correlation_id, output, from_, follow=follow, export=export)


operator_commands.register(app)
deploy_commands.register(app)
definition_commands.register(app)
cost_command.register(app)
live_commands.register(app)


@app.command()
def recover(
    machines: Machines = None,
    age: Annotated[
        float | None,
        typer.Option("--age", metavar="SECONDS", help="Not moved for so long. Default: the shortest that is safe."),
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Send again what has not moved for too long."""
    from fsm_bootstrap.cli.recover import recover_instances

    recover_instances(machines, age, output)


@app.command("container-run", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def container_run(
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="What to run.")],
) -> int:
    """Inside a container: run a command, and report its end to the machine that waits for it."""
    from fsm_bootstrap.cli.container_run import run_command

    return run_command(command)


@app.command()
def simulate(
    spec: Annotated[
        str | None, typer.Argument(metavar="[MACHINE-SPEC]", help="Your machines; without, those that it brings along.")
    ] = None,
    machines: Annotated[int, typer.Option("--machines", "-n", min=1, help="How many, in each scenario.")] = 100,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed, the same faults.")] = 0,
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="NAME", help="One of --list, all of them, or mixed: by turns.")
    ] = "mixed",
    fail: Annotated[
        list[str] | None,
        typer.Option("--fail", metavar="WHAT=SHARE", help="More failing calls: primary=30%, secondary=5%, store=0.1."),
    ] = None,
    no: Annotated[
        list[str] | None, typer.Option("--no", metavar="FAULT", help="Leave a kind of fault out: crash, duplicate, ...")
    ] = None,
    real_actions: Annotated[
        bool, typer.Option("--real-actions", help="Run your own actions; else made-up ones stand in for them.")
    ] = False,
    context: Context = None,
    data: Annotated[
        str | None, typer.Option("--data", metavar="JSON", help="What comes with the events that they wait for.")
    ] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Tell every event of one small world on stderr.")] = False,
    processes: Annotated[int | None, typer.Option("--processes", min=1, help="Default: one a processor.")] = None,
    list_scenarios: Annotated[bool, typer.Option("--list", help="Name the scenarios.")] = False,
    output: Output = Format.TEXT,
) -> int:
    """Run machines under crashes, lost calls and outages on a virtual clock, and check that nothing goes wrong."""
    from fsm_bootstrap.cli.simulate import Wish, list_all, simulate_machines

    if list_scenarios:
        return list_all(output)
    own = (context or "{}") if real_actions else None
    wish = Wish(spec, machines, seed, scenario, tuple(fail or ()), own, data, processes, tuple(no or ()))
    return simulate_machines(wish, output, trace=trace)


@app.command()
def check(
    spec: Annotated[str | None, typer.Argument(metavar="[PATH]", help="As for --machines elsewhere.")] = None,
    against: Against = None,
    strict: Strict = False,
    no_types: NoTypes = False,
    output: CheckOutput = CheckFormat.TEXT,
) -> int:
    """Check machines without running them: their structure, and with mypy their types; or against what is live."""
    if against is not None:
        from fsm_bootstrap.cli.against import check_against

        return check_against(spec, against, output)
    from fsm_bootstrap.cli.check import check_machines

    return check_machines(spec, output, strict=strict, types=not no_types)
