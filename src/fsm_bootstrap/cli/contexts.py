"""The context that a machine is started with, from the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fsm_bootstrap.cli.exits import CommandError, Exit

if TYPE_CHECKING:
    from fsm_domain.runtime.registry import AnyMachine
    from fsm_ports.codec import ContextCodec


def context_of(option: str | None, machine: AnyMachine, codec: ContextCodec) -> object:
    """An object of the machine's context type; without the option, one made of ``{}``.

    Raises:
        CommandError: the file cannot be read.
        ContextError: it is no JSON or does not fit; names the field.
    """
    context: object = codec.decode(machine.context, "{}" if option is None else _text(option))
    return context


def _text(option: str) -> str:
    if option == "-":
        return sys.stdin.read()
    if not option.startswith("@"):
        return option
    try:
        return Path(option[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(Exit.USAGE, f"--context {option}: {error}", "@FILE names a file of JSON") from None
