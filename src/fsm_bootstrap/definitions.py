"""What loading the user's machines ends in: the machines and warnings, or everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from fsm_domain.runtime.registry import AnyMachine


class Problem(NamedTuple):
    """One finding in a file of the user's; as text ``file:line: message (did you mean 'x'?)``."""

    file: str
    """The path as the user would write it; empty where no file is to blame."""
    line: int
    """From 1; 0: the file as a whole."""
    message: str
    suggestion: str = ""
    """What was probably meant; empty where nothing comes near."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        hint = f" (did you mean {self.suggestion!r}?)" if self.suggestion else ""
        return f"{place}{self.message}{hint}"


class DefinitionError(ValueError):
    """Machines that cannot be loaded.  `problems` holds every one that was found; the text has one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Loaded(NamedTuple):
    """Machines that are ready to run, each name once."""

    machines: tuple[AnyMachine, ...]
    warnings: tuple[Problem, ...] = ()
    """What has no effect, or hardly the one that was meant."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; empty if none comes near."""
    near = get_close_matches(word, sorted(known), 1)
    return near[0] if near else ""


def shown(path: Path) -> str:
    """The path as a user in the current folder would write it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
