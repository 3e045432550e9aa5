"""How the environment of a container travels: never as an argument, which every user of the computer can read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, NamedTuple

_LINE: Final = 60_000
"""Bytes: Docker reads an environment file in lines of at most 64 KB."""


class Travelling(NamedTuple):
    """One container's environment, on its way to the command line."""

    options: tuple[str, ...]
    file: str
    """What ``--env-file`` is to read."""
    process: Mapping[str, str]
    """The environment in which the command line runs."""


def travelling(environment: Mapping[str, str]) -> Travelling | str:
    """How it goes; a text says why it cannot.

    An environment file holds one line a variable, and hides the variable from the command line itself, to which
    ``DOCKER_HOST`` and ``PATH`` mean something.  What no line can hold goes through the environment of the command line
    instead, and is therefore refused where that has a variable of the same name.
    """
    lines: list[str] = []
    inherited: dict[str, str] = {}
    for name, value in environment.items():
        if not name or name[0] == "#" or any(letter in "=\0" or letter.isspace() for letter in name):
            return f"{name!r} is no name of an environment variable"
        if "\0" in value:
            return f"the value of {name} holds a NUL, which no environment can"
        if len(value.splitlines()) <= 1 and value.strip("\r\n") == value and len(value) * 4 <= _LINE:
            lines.append(f"{name}={value}\n")
        elif name in os.environ:
            return f"{name} has more than one line or more than {_LINE} bytes, and means something to the command line"
        else:
            inherited[name] = value
    options = [option for name in inherited for option in ("--env", name)]
    return Travelling(tuple(options), "".join(lines), {**os.environ, **inherited})
