"""The command that reckons what a machine costs."""

from pathlib import Path
from typing import Annotated

import typer

from fsm_bootstrap.cli.options import Context, Output
from fsm_bootstrap.cli.output import Format


def register(app: typer.Typer) -> None:
    """Add it to the command line."""
    app.command()(cost)


def cost(
    spec: Annotated[str, typer.Argument(help="Where the machine is; or its name, where this folder defines it.")],
    machine: Annotated[
        str | None, typer.Option("--machine", metavar="NAME", help="Which, where SPEC has many.")
    ] = None,
    prices: Annotated[
        Path | None,
        typer.Option("--prices", metavar="FILE", help="Prices of yours (YAML or JSON) in the place of the built-in."),
    ] = None,
    memory: Annotated[int, typer.Option("--memory", min=128, max=10240, help="MB of the function.")] = 128,
    milliseconds: Annotated[
        float, typer.Option("--milliseconds", min=1.0, max=900_000.0, help="That an invocation takes.")
    ] = 20.0,
    steps: Annotated[
        int,
        typer.Option("--steps", min=1, max=10_000, help="Transitions of a machine that could go on and on."),
    ] = 100,
    real_actions: Annotated[
        bool, typer.Option("--real-actions", help="Run your own actions; else made-up ones only choose events.")
    ] = False,
    context: Context = None,
    output: Output = Format.TEXT,
) -> int:
    """Run a machine in memory and tell what it costs on AWS, for the sources that are set, beside others."""
    from fsm_bootstrap.cli.cost import Wish, tell_cost

    wish = Wish(spec, machine, prices, memory, milliseconds, steps, context, real_actions=real_actions)
    return tell_cost(wish, output)
