"""Options of ``fsm check``."""

from enum import StrEnum
from typing import Annotated

import typer


class CheckFormat(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    GITHUB = "github"
    """Annotations of a pull request's lines."""


CheckOutput = Annotated[
    CheckFormat, typer.Option("--output", "-o", help="How findings are written; github: as annotations.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings are errors.")]
NoTypes = Annotated[bool, typer.Option("--no-types", help="Look at the structure only, without mypy.")]
Against = Annotated[
    str | None,
    typer.Option(
        "--against", metavar="deployed|FILE", help="Could they go on with what is live, there or as FILE has it?"
    ),
]
