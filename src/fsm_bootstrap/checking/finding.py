"""One thing that is wrong, or looks wrong, in a file of the user's."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from fsm_bootstrap.definitions import Problem


class Severity(StrEnum):
    """What it means for a deployment."""

    ERROR = "error"
    """It will not work."""
    WARNING = "warning"
    """It works, and hardly as it was meant."""


class Finding(NamedTuple):
    """What, where and the remedy."""

    severity: Severity
    problem: Problem
    rule: str = "structure"
    """Who found it: ``structure``, or ``types`` with mypy's own code where it has one: ``types/arg-type``."""
    detail: str = ""
    """What the type checker says."""
    hint: str = ""
    """What helps, where the message does not say it."""

    def __str__(self) -> str:
        lines = [str(self.problem)]
        lines += [f"  mypy: {self.detail}"] if self.detail else []
        lines += [f"  hint: {self.hint}"] if self.hint else []
        return "\n".join(lines)

    @property
    def place(self) -> tuple[str, int]:
        """File and line."""
        return self.problem.file, self.problem.line


def joined(structure: Iterable[Finding], types: Iterable[Finding]) -> list[Finding]:
    """Both, by file and line.  One mistake is told once: structure has the better words, and on a line that it
    rejects nothing else is said; of what the types tell about a line the first comes first."""
    found = list(structure)
    wrong = {one.place for one in found if one.severity is Severity.ERROR and one.problem.line}
    seen: set[tuple[str, int]] = set()
    for one in types:
        if one.place in wrong or one.place in seen:
            continue
        if one.problem.line:
            seen.add(one.place)
        found.append(one)
    files = {file: number for number, file in enumerate(dict.fromkeys(one.problem.file for one in found))}
    return sorted(found, key=lambda one: (files[one.problem.file], one.problem.line))
