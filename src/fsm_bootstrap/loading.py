"""Finds and loads the machines that a user names: a file, a folder or a module."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import cast

from fsm_bootstrap.definitions import DefinitionError, Loaded, Problem, nearest, shown
from fsm_bootstrap.user_code import UserCode
from fsm_bootstrap.user_errors import UserCodeError
from fsm_domain.machine import Machine, MachineError
from fsm_domain.runtime.registry import AnyMachine

_YAML = (".yaml", ".yml")
_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(:[^\W\d]\w*)?")


def load_machines(spec: str) -> Loaded:
    """Load what `spec` names; what exists as a path is taken for one.

    * ``fsm.yaml``, or any other ``*.yaml`` or ``*.yml``: its machines and those of its imports;
    * ``orders.py``: the machines that are variables of the module, also those it imported;
    * a folder: the first of ``fsm.yaml``, ``fsm.yml``, ``machines.py``, ``<folder>.py`` that is there; else all of its
      ``*.py`` that speak of ``Machine``, tests apart; of a package also those further down;
    * ``package.module``, or ``package.module:variable`` for one machine: searched from the current folder on.

    The folder of the file, for a module the current folder, comes first on ``sys.path`` from now on.

    Raises:
        DefinitionError: with every problem, by file and line where there is one.
    """
    files = files_of(spec)
    if files is None:
        return _some(_module(spec), spec)
    if is_yaml(files):
        return _yaml(files[0])
    return _some(_python(files), spec)


def files_of(spec: str) -> Sequence[Path] | None:
    """The files that a spec leads to, one of YAML or any number of Python; None where it names a module."""
    path = Path(spec).absolute()
    if path.is_dir():
        return _folder(path)
    is_file = path.suffix in (".py", *_YAML) or path.exists() or not _MODULE.fullmatch(spec)
    return [path] if is_file else None


def is_yaml(files: Sequence[Path]) -> bool:
    """Whether machines are described there in YAML."""
    return len(files) == 1 and files[0].suffix in _YAML


def _yaml(path: Path) -> Loaded:
    from fsm_bootstrap.yaml.loader import load  # pydantic and PyYAML: only who has such a file waits for them

    return load(path)


def _folder(folder: Path) -> Sequence[Path]:
    for name in ("fsm.yaml", "fsm.yml", "machines.py", f"{folder.name}.py"):
        if (folder / name).is_file():
            return [folder / name]
    # The modules of a package are found below it too; what lies below any other folder is a project of its own.
    inside = folder.rglob("*.py") if (folder / "__init__.py").is_file() else folder.glob("*.py")
    return [path for path in sorted(inside) if _may_define(path)]


def _may_define(path: Path) -> bool:
    """Whether it is worth being imported, for an import runs it."""
    if path.stem in ("conftest", "setup") or path.stem.startswith("test_") or path.stem.endswith("_test"):
        return False
    return re.search(rb"\bMachine\b", path.read_bytes()) is not None


def _some(machines: Sequence[AnyMachine], spec: str) -> Loaded:
    if not machines:
        raise DefinitionError([Problem("", 0, f"no machine found in {spec}; define one with Machine(...)")])
    names = [machine.name for machine in machines]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DefinitionError(Problem("", 0, f"{spec} has two machines called {name!r}; rename one") for name in twice)
    return Loaded(tuple(machines))


def _python(paths: Sequence[Path]) -> list[AnyMachine]:
    """The machines of these files, each once; all files are tried before any problem is raised."""
    code = UserCode()
    machines: list[AnyMachine] = []
    problems: list[Problem] = []
    for path in paths:
        if not path.is_file():
            neighbours = [file.name for file in path.parent.glob("*") if file.suffix in (".py", *_YAML)]
            problems.append(Problem(shown(path), 0, "there is no such file", nearest(path.name, neighbours)))
            continue
        if path.suffix != ".py" or "." in path.stem:
            problems.append(Problem(shown(path), 0, "this is neither a Python module nor YAML: name it *.py or *.yaml"))
            continue
        name, root = module_of(path)
        try:
            machines += _machines(code.module(name, (root,)))
        except UserCodeError as error:
            problems += _problems(error, shown(path))
    if problems:
        raise DefinitionError(problems)
    return list({id(machine): machine for machine in machines}.values())


def module_of(path: Path) -> tuple[str, Path]:
    """The module's name and the folder to import it from: the first one around it that is no package."""
    parts, root = [path.stem], path.parent
    while (root / "__init__.py").is_file():
        parts, root = [root.name, *parts], root.parent
    return ".".join(parts if path.stem != "__init__" else parts[:-1]), root


def _module(spec: str) -> list[AnyMachine]:
    name, _, variable = spec.partition(":")
    try:
        module = UserCode().module(name, (Path.cwd(),))
    except UserCodeError as error:
        problems = _problems(error, "")
        if not error.file:
            problems = [Problem("", 0, f"{error.message}, no file and no folder {spec!r}", error.suggestion)]
        raise DefinitionError(problems) from error
    if not variable:
        return list({id(machine): machine for machine in _machines(module)}.values())
    found = vars(module).get(variable)
    if isinstance(found, Machine):
        return [found]
    known = [key for key, value in vars(module).items() if isinstance(value, Machine)]
    raise DefinitionError([Problem("", 0, f"module {name!r} has no machine {variable!r}", nearest(variable, known))])


def _machines(module: ModuleType) -> Iterator[AnyMachine]:
    values = cast("Mapping[str, AnyMachine | None]", vars(module))
    return (value for value in values.values() if isinstance(value, Machine))


def _problems(error: UserCodeError, file: str) -> list[Problem]:
    """One for each thing that is wrong with a machine; else the error itself."""
    where, line = (shown(Path(error.file)), error.line) if error.file else (file, 0)
    if isinstance(error.__cause__, MachineError):
        refused = error.__cause__
        return [Problem(where, line, f"machine {refused.machine!r}: {problem}") for problem in refused.problems]
    return [Problem(where, line, error.message, error.suggestion)]
