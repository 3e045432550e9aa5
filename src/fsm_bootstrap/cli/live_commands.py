"""The commands for the definitions that instances were started with."""

from pathlib import Path
from typing import Annotated

import typer

definitions = typer.Typer(help="What live instances were started with.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add them to the command line."""
    app.add_typer(definitions, name="definitions")


@definitions.callback()
def of_definitions() -> None:
    """Options of all its commands: none."""


@definitions.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write it. Default: standard output.")] = None,
) -> None:
    """Write the definitions that are kept, and how many instances are where: for fsm check --against FILE."""
    from fsm_bootstrap.cli.against import export as write

    write(file)
