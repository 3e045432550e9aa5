"""Entry point of the command line: runs one command, and turns whatever it raises into an exit code and two lines."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from fsm_bootstrap.cli.exits import End, Exit, end_of
from fsm_bootstrap.cli.output import say


def main() -> None:
    """Run the command of `sys.argv`; ends the process."""
    raise SystemExit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit code.  Raises nothing."""
    debug = "--debug" in arguments
    try:
        code = _invoke([argument for argument in arguments if argument != "--debug"] or ["--help"])
        return code if arguments else Exit.USAGE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the one place that decides how an error ends
        if debug:
            traceback.print_exc()
        return _report(error)


def _invoke(arguments: Sequence[str]) -> int:
    from fsm_bootstrap.cli.commands import app

    try:
        code = app(args=list(arguments), prog_name="fsm", standalone_mode=False)
    except Exception as error:
        if isinstance(error, _UsageError):
            return _show(_usage(error, arguments))
        raise
    return code if isinstance(code, int) else 0


def _report(error: BaseException) -> int:
    if isinstance(error, BrokenPipeError):
        # Whoever read our output has seen enough.  Python would complain once more when it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return _show(end_of(error))


def _show(end: End) -> int:
    for line in end.message.splitlines():
        say(f"error: {line}")
    if end.hint:
        say(f"hint: {end.hint}")
    return int(end.code)


@runtime_checkable
class _UsageError(Protocol):
    """What the argument parser raises, whichever release of typer it came from."""

    exit_code: int
    message: str

    def format_message(self) -> str: ...


def _usage(error: _UsageError, arguments: Sequence[str]) -> End:
    command = next((argument for argument in arguments if not argument.startswith("-")), None)
    asked = f"fsm {command} --help" if command and "No such command" not in error.format_message() else "fsm --help"
    return End(Exit.USAGE, " ".join(error.format_message().split()), f"{asked} shows what it takes")
