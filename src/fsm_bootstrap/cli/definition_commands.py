"""The commands that show what machines are."""

import typer


def register(app: typer.Typer) -> None:
    """Add them to the command line."""
    app.command()(schema)


def schema() -> None:
    """Print the JSON schema of fsm.yaml, by which editors complete and check one."""
    from fsm_bootstrap.cli.output import put
    from fsm_bootstrap.cli.schema import schema as shipped

    put(shipped().rstrip("\n"))
