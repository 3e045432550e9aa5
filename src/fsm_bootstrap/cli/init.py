"""``fsm init``: a small project to begin with."""

from __future__ import annotations

import keyword
import re
from importlib.resources import files
from pathlib import Path
from string import Template

from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.output import say
from fsm_bootstrap.cli.schema import NAME, schema

_TEMPLATES = {"python": "templates/python", "yaml": "templates/yaml"}
_NAME = re.compile(r"[a-z][a-z0-9_-]*", re.IGNORECASE | re.ASCII)


def create(name: str, *, yaml: bool) -> None:
    """Write the project into the new folder `name`.

    Raises:
        CommandError: the folder exists and is not empty, or its name cannot be a machine's.
    """
    folder = Path(name)
    machine = folder.name
    variable = machine.replace("-", "_").lower()
    if not _NAME.fullmatch(machine) or keyword.iskeyword(variable):
        raise CommandError(
            Exit.USAGE, f"{name!r} cannot be a machine's name", "letters, digits, - and _: fsm init orders"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandError(Exit.CONFLICT, f"{name} exists already", "name a new folder, or an empty one")
    words = {"machine": machine, "variable": variable}
    for template in sorted(_templates(yaml=yaml), key=lambda path: path.name):
        text = Template(template.read_text(encoding="utf-8")).substitute(words)
        _write(folder / template.name.removesuffix(".txt"), text)
    if yaml:
        # Beside fsm.yaml, whose first line names it: an address needs a network, a path into this installation is
        # another for each colleague.
        _write(folder / NAME, schema())
    say(f"hint: cd {name} && fsm run {machine}")


def _templates(*, yaml: bool) -> list[Path]:
    root = files("fsm_bootstrap.cli").joinpath(_TEMPLATES["yaml" if yaml else "python"])
    return [Path(str(path)) for path in root.iterdir()]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    say(f"wrote {path}")
