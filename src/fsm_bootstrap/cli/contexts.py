"""JSON from the command line: the context that a machine is started with, the data of an event."""

from __future__ import annotations

import json
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
    context: object = codec.decode(machine.context, "{}" if option is None else _text(option, "--context"))
    return context


def text_of(option: str) -> str:
    """The text that the option leads to; a machine's own type judges it.

    Raises:
        CommandError: the file cannot be read.
    """
    return _text(option, "--context")


def data_of(option: str | None) -> str | None:
    """The JSON text that goes with an event; None without the option.

    Raises:
        CommandError: the file cannot be read, or it is no JSON.
    """
    if option is None:
        return None
    text = _text(option, "--data").strip()
    try:
        json.loads(text, parse_constant=_no_constant)
        text.encode()
    except (ValueError, RecursionError) as error:
        raise CommandError(Exit.USAGE, f"--data is no JSON: {error}", "a text is JSON in quotes: '\"ada\"'") from None
    return text


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _text(option: str, name: str) -> str:
    if option == "-":
        return sys.stdin.read()
    if not option.startswith("@"):
        return option
    try:
        return Path(option[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(Exit.USAGE, f"{name} {option}: {error}", "@FILE names a file of JSON") from None
