"""A user's folder, for tests of what is loaded from it."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest

from fsm_bootstrap.definitions import DefinitionError, Loaded
from fsm_bootstrap.loading import load_machines


class Project:
    """The current folder, with the files that a test writes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    def load(self, spec: str = "fsm.yaml") -> Loaded:
        return load_machines(spec)

    def problems(self, spec: str = "fsm.yaml") -> list[str]:
        """What is wrong with it, a line each, as a user would see it."""
        with pytest.raises(DefinitionError) as caught:
            load_machines(spec)
        lines = str(caught.value).splitlines()
        assert lines == [str(problem) for problem in caught.value.problems]
        return lines

    def problems_of(self, text: str) -> list[str]:
        """What is wrong with an fsm.yaml of that text."""
        self.write("fsm.yaml", text)
        return self.problems()


@contextmanager
def project_in(folder: Path) -> Generator[Project]:
    """The folder is the current one, and ``sys.path`` is afterwards as it was."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "path", [*sys.path])
        yield Project(folder)
