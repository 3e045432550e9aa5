"""Options that several commands have, spelt and explained alike."""

from enum import StrEnum
from typing import Annotated

import typer

from fsm_bootstrap.cli.output import Format

Output = Annotated[Format, typer.Option("--output", "-o", help="How data is written.")]
Machines = Annotated[
    str | None,
    typer.Option(
        "--machines", "-m", metavar="SPEC",
        help="A Python file, an fsm.yaml, a folder or a dotted module. Default: $FSM_MACHINES, else this folder.",
    ),
]  # fmt: skip
Context = Annotated[
    str | None,
    typer.Option("--context", "-c", metavar="JSON", help="The context: JSON, @FILE, or - for standard input."),
]
NewId = Annotated[str | None, typer.Option("--id", metavar="ID", help="Your own id: starting again with it is safe.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="As printed by start.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it stands in the history.")]

Machine = Annotated[str | None, typer.Option("--machine", metavar="NAME", help="Of this machine only.")]
Status = Annotated[str | None, typer.Option("--status", help="running, waiting, completed, failed or aborted.")]
State = Annotated[str | None, typer.Option("--state", help="In this state only.")]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help="Started since: 90s, 2h, 3d ago; or 2026-01-31T12:00 (UTC)."),
]


class Origin(StrEnum):
    """Where to look for what was."""

    RECORDS = "records"
    """Where the settings keep it."""
    KINESIS = "kinesis"
    """The stream itself, as far back as it goes."""


From = Annotated[Origin, typer.Option("--from", help="kinesis: look through the stream itself.")]
