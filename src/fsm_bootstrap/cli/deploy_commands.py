"""The commands for deployments."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fsm_bootstrap.cli.deploy_options import alarm_topic, concurrency, log_days
from fsm_bootstrap.cli.options import Machines


class Architecture(StrEnum):
    """Processors that Lambda has."""

    ARM64 = "arm64"
    X86_64 = "x86_64"


class For(StrEnum):
    """Who is to be allowed."""

    FUNCTION = "function"
    WORKER = "worker"
    CONTAINER = "container"
    OPERATOR = "operator"


Tasks = Annotated[
    list[str] | None,
    typer.Option("--task", metavar="NAME", help="ECS: a task definition that may be started (repeatable); else any."),
]
TaskRoles = Annotated[
    list[str] | None,
    typer.Option("--task-role", metavar="ROLE", help="ECS: a role that tasks may get (repeatable); else any."),
]

deploy = typer.Typer(help="Run machines on AWS Lambda.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add them to the command line."""
    app.add_typer(deploy, name="deploy")
    app.command()(iam)


@deploy.callback()
def of_deploy() -> None:
    """Options of all its commands: none."""


@deploy.command()
def template(
    folder: Annotated[Path, typer.Argument(help="Where the machines' code is.")] = Path(),
    machines: Machines = None,
    architecture: Annotated[Architecture, typer.Option("--architecture", help="Processor.")] = Architecture.ARM64,
    timeout: Annotated[int, typer.Option("--timeout", min=10, max=900, help="Seconds of an invocation.")] = 60,
    memory: Annotated[int, typer.Option("--memory", min=128, max=10240, help="MB of the function.")] = 256,
    log_days: Annotated[int, typer.Option("--log-days", callback=log_days, help="Days that logs are kept.")] = 30,
    parallel: Annotated[int, typer.Option("--parallel", min=1, max=10, help="Batches of one shard at a time.")] = 1,
    concurrency: Annotated[
        int,
        typer.Option(
            "--concurrency",
            min=0,
            max=1000,
            callback=concurrency,
            help="Most invocations of one queue, from 2 on; 0: no bound.",
        ),
    ] = 0,
    every: Annotated[int, typer.Option("--every", min=1, help="Minutes between two looks at what is due.")] = 1,
    existing: Annotated[
        bool, typer.Option("--existing", help="Queues, streams and tables are there: the stack makes none.")
    ] = False,
    exists: Annotated[
        list[str] | None,
        typer.Option(
            "--exists",
            metavar="VARIABLE",
            help="A setting whose source is there, such as SECONDARY_STREAM_SOURCE: the stack makes the others.",
        ),
    ] = None,
    alarm_topic: Annotated[
        str, typer.Option("--alarm-topic", metavar="ARN", callback=alarm_topic, help="An SNS topic for alarms.")
    ] = "",
    task: Tasks = None,
    task_role: TaskRoles = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> None:
    """Write a SAM template (and how to build it) from settings and machines: function, sources, role, alarms."""
    from fsm_bootstrap.cli.deploy import write_template
    from fsm_bootstrap.deploy.permissions import Started
    from fsm_bootstrap.deploy.sam import Options

    options = Options(
        architecture=architecture.value, timeout=timeout, memory=memory, log_days=log_days, parallel=parallel,
        concurrency=concurrency, every=every, makes=not existing, alarm_topic=alarm_topic,
        exists=frozenset(exists or ()),
        started=Started(tuple(task or ()), tuple(task_role or ())),
    )  # fmt: skip
    write_template(machines, folder, options, force=force)


def iam(
    role: Annotated[For, typer.Option("--for", help="Who is to be allowed.")] = For.FUNCTION,
    task: Tasks = None,
    task_role: TaskRoles = None,
) -> None:
    """Print the least that a process has to be allowed, as an IAM policy."""
    from fsm_bootstrap.cli.deploy import show_policy
    from fsm_bootstrap.deploy.permissions import Role, Started

    show_policy(Role(role.value), Started(tuple(task or ()), tuple(task_role or ())))
