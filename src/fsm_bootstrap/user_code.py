"""Imports the user's modules.

The folder of the user's file comes first on ``sys.path`` and stays there, as Python does it for the folder of a script:
actions may import their neighbours, also later on.  Nothing else about imports is changed.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from fsm_bootstrap.definitions import nearest
from fsm_bootstrap.user_errors import UserCodeError, blame

_ours: set[str] = set()
"""Top-level modules that were imported from a user's folder."""


class UserCode:
    """The imports of one load.

    Two folders of one load cannot both have a module of the same name: code that runs later finds modules by name.
    What an earlier load of this process imported under that name makes room.
    """

    def __init__(self) -> None:
        self._mine: set[str] = set()

    def module(self, name: str, folders: Sequence[Path]) -> ModuleType:
        """The module of that dotted name; the folders, absolute, are searched before all others and in this order.

        Raises:
            UserCodeError: there is no such module, its name is taken, or its code failed.
        """
        importlib.invalidate_caches()  # the file may be younger than what the import system remembers of its folder
        _put_first(folders)
        self._make_room(name, folders)
        top = name.partition(".")[0]
        if any((folder / top).is_dir() or (folder / f"{top}.py").is_file() for folder in folders):
            self._mine.add(top)
            _ours.add(top)
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is not None and f"{name}.".startswith(f"{error.name}."):
                raise UserCodeError(f"there is no module {error.name!r}", suggestion=_near(name, folders)) from None
            raise blame(error, folders) from error
        except (Exception, SystemExit) as error:  # SystemExit: a script that runs when it is imported
            raise blame(error, folders) from error

    def _make_room(self, name: str, folders: Sequence[Path]) -> None:
        for prefix in _prefixes(name):
            wanted, loaded = file_of(prefix, folders), getattr(sys.modules.get(prefix), "__file__", None)
            if wanted is None or loaded is None or Path(loaded).resolve() == wanted.resolve():
                continue
            top = name.partition(".")[0]
            if top in self._mine or top not in _ours:
                raise UserCodeError(f"module {prefix!r} is already loaded from {loaded}; give {wanted} another name")
            for stale in [key for key in sys.modules if f"{key}.".startswith(f"{top}.")]:
                del sys.modules[stale]


def _put_first(folders: Sequence[Path]) -> None:
    for folder in reversed(folders):
        while str(folder) in sys.path:
            sys.path.remove(str(folder))
        sys.path.insert(0, str(folder))


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[: end + 1]) for end in range(len(parts)))


def file_of(name: str, folders: Sequence[Path]) -> Path | None:
    """The file in the user's folders that a module of that name is expected to come from."""
    for folder in folders:
        stem = folder.joinpath(*name.split("."))
        for file in (stem / "__init__.py", stem.with_name(f"{stem.name}.py")):
            if file.is_file():
                return file
    return None


def _near(name: str, folders: Sequence[Path]) -> str:
    """The dotted name with its first unknown part mended, if a neighbour comes near."""
    parent, _, last = name.rpartition(".")
    if not parent:
        search = [str(folder) for folder in folders]
    else:
        package = sys.modules.get(parent)
        if package is None:
            mended = _near(parent, folders)
            return f"{mended}.{last}" if mended else ""
        search = list(getattr(package, "__path__", []))
    near = nearest(last, (module.name for module in pkgutil.iter_modules(search)))
    return f"{parent}.{near}" if parent and near else near
