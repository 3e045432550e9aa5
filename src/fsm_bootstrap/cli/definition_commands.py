"""The commands that show what machines are."""

from enum import StrEnum
from typing import Annotated

import typer


class Drawn(StrEnum):
    """How a picture is written."""

    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"
    ASCII = "ascii"


def register(app: typer.Typer) -> None:
    """Add them to the command line."""
    app.command()(diagram)
    app.command()(schema)


def diagram(
    spec: Annotated[
        str, typer.Argument(metavar="MACHINE", help="Where it is; or its name, where this folder defines it.")
    ],
    machine: Annotated[
        str | None, typer.Option("--machine", metavar="NAME", help="Which, where MACHINE leads to many.")
    ] = None,
    form: Annotated[Drawn, typer.Option("--format", "-f", help="svg needs Graphviz.")] = Drawn.MERMAID,
    instance: Annotated[
        str | None, typer.Option("--instance", metavar="ID", help="Colour where this one is, and has been.")
    ] = None,
    failures: Annotated[
        bool, typer.Option("--failures/--no-failures", help="Draw what happens when no retry is left.")
    ] = True,
) -> None:
    """Draw a machine: what its states do, what leads where, and where one of its instances is."""
    from fsm_bootstrap.cli.drawing import draw_machine

    draw_machine(spec, machine, form, instance, failures=failures)


def schema() -> None:
    """Print the JSON schema of fsm.yaml, by which editors complete and check one."""
    from fsm_bootstrap.cli.output import put
    from fsm_bootstrap.cli.schema import schema as shipped

    put(shipped().rstrip("\n"))
