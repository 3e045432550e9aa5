"""Which machines a deployment has: named as the function will find them, where the folder's content lies at the top."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.deploy.build import LEFT_OUT

_FIRST: Final = ("fsm.yaml", "fsm.yml", "machines.py")
"""What is taken of a folder before the file that has its name."""


def seen_from(folder: Path, spec: str) -> str:
    """The spec for a process that runs in the folder; a path is looked for there first, and then in this one.

    Raises:
        CommandError: there is no such folder, or the machines in it would not be found by the function.
    """
    if not folder.is_dir():
        raise CommandError(Exit.USAGE, f"there is no folder {folder}", "name the folder that has the machines' code")
    path = _path(folder, spec)
    if path is None:
        return spec
    home = folder.resolve()
    if not path.is_relative_to(home):
        raise CommandError(
            Exit.USAGE,
            f"{spec} lies outside {folder}: the build would leave it behind",
            "name a folder that has all of the code: fsm deploy template FOLDER --machines SPEC",
        )
    inside = path.relative_to(home)
    if inside.parts and (inside.parts[0] in LEFT_OUT or inside.parts[0].startswith(".")):
        raise CommandError(
            Exit.USAGE, f"{spec} is what the build leaves out", "move it out of tests and hidden folders"
        )
    if (home / "__init__.py").is_file():
        around = os.path.relpath(home.parent)
        raise CommandError(
            Exit.USAGE,
            f"{folder} is a package: its modules would not find each other under its name",
            f"fsm deploy template {around} --machines {(Path(home.name) / inside).as_posix()}",
        )
    return inside.as_posix() if inside.parts else _of_folder(home)


def _path(folder: Path, spec: str) -> Path | None:
    """None for a dotted module, which is looked for when it is imported."""
    for place in (folder / spec, Path(spec)):
        if place.exists():
            return place.resolve()
    is_file = Path(spec).suffix in (".py", ".yaml", ".yml") or "/" in spec or os.sep in spec
    return (folder / spec).resolve() if is_file else None


def _of_folder(home: Path) -> str:
    """The folder, or the file that has its name, which the folder loses on Lambda."""
    own = f"{home.name}.py"
    return own if (home / own).is_file() and not any((home / name).is_file() for name in _FIRST) else "."
