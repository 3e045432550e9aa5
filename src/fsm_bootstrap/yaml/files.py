"""A file and those that it imports."""

from __future__ import annotations

from os.path import normpath
from pathlib import Path
from typing import NamedTuple

from fsm_bootstrap.definitions import DefinitionError, Problem, nearest, shown
from fsm_bootstrap.yaml.keys import ImportKeys, MachineKeys
from fsm_bootstrap.yaml.nodes import parse
from fsm_bootstrap.yaml.reading import read


class Source(NamedTuple):
    """A machine, as a file has it."""

    machine: MachineKeys
    file: str
    folders: tuple[Path, ...]
    """Where its actions are looked for: beside the file, then beside the file that was loaded first."""


class Gathered(NamedTuple):
    """All machines of a file and its imports, in their order, and what is wrong with the files."""

    sources: tuple[Source, ...]
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    """In the order of reading."""


def gather(path: Path) -> Gathered:
    """Read the file and all that it imports; a file that is imported twice is read once.

    An import is a path from the folder of the file that has it; one that is not there is looked for in the folder of
    the first file, where the original framework looked.
    """
    gathering = _Gathering(path.absolute().parent)
    try:
        raw = path.read_bytes()
    except OSError as error:
        gathering.problems.append(Problem(shown(path.absolute()), 0, *_unreadable(path, error)))
    else:
        gathering.read(path.absolute(), raw, ())
    return Gathered(tuple(gathering.sources), tuple(gathering.problems), tuple(gathering.files))


class _Gathering:
    def __init__(self, root: Path) -> None:
        self.sources: list[Source] = []
        self.problems: list[Problem] = []
        self.files: list[str] = []
        self._root = root
        self._seen: set[Path] = set()

    def read(self, path: Path, raw: bytes, above: tuple[Path, ...]) -> None:
        """Read one file; `above` are those whose imports led here."""
        self._seen.add(path.resolve())
        file = shown(path)
        self.files.append(file)
        try:
            found = read(parse(raw, file), file)
        except DefinitionError as error:
            self.problems += error.problems
            return
        self.problems += found.problems
        folders = tuple(dict.fromkeys((path.parent, self._root)))
        for entry in found.keys.machines if found.keys is not None else ():
            if isinstance(entry, ImportKeys):
                self._import(entry, path, (*above, path))
            else:
                self.sources.append(Source(entry, file, folders))

    def _import(self, entry: ImportKeys, importer: Path, above: tuple[Path, ...]) -> None:
        beside, first = (Path(normpath(folder / entry.file)) for folder in (importer.parent, self._root))
        path = first if first.exists() and not beside.exists() else beside
        if path.resolve() in [upper.resolve() for upper in above]:
            way = " imports ".join(map(shown, (*above, path)))
            self._report(entry, importer, f"the imports go round in a circle: {way}")
        elif path.resolve() not in self._seen:
            try:
                raw = path.read_bytes()
            except OSError as error:
                message, near = _unreadable(path, error)
                self._report(entry, importer, f"cannot import {entry.file!r}: {message}", near)
            else:
                self.read(path, raw, above)

    def _report(self, entry: ImportKeys, importer: Path, message: str, near: str = "") -> None:
        self.problems.append(Problem(shown(importer), entry.line("import"), message, near))


def _unreadable(path: Path, error: OSError) -> tuple[str, str]:
    """Why, and the name that was probably meant."""
    if not isinstance(error, FileNotFoundError):
        return (error.strerror or str(error)).lower(), ""
    neighbours = [file.name for file in path.parent.glob("*") if file.suffix in (".yaml", ".yml")]
    return "there is no such file", nearest(path.name, neighbours)
