"""Errors of the user's code while it is imported: which line is to blame."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path


class UserCodeError(Exception):
    """The user's code cannot be imported.  `file` and `line` say where it failed; without them it was not found."""

    def __init__(self, message: str, *, suggestion: str = "", file: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion
        self.file = file
        self.line = line

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.file else self.message


def blame(error: BaseException, folders: Sequence[Path]) -> UserCodeError:
    """The error, at the last line of the user's own that led to it."""
    if isinstance(error, SyntaxError) and error.filename:
        return UserCodeError(f"{type(error).__name__}: {error.msg}", file=error.filename, line=error.lineno or 1)
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    own = [frame for frame in frames if _is_own(frame.filename, folders)]
    if not own:
        return UserCodeError(said)
    return UserCodeError(said, file=own[-1].filename, line=own[-1].lineno or 1)


def _is_own(filename: str, folders: Sequence[Path]) -> bool:
    path = Path(filename)
    return "site-packages" not in path.parts and any(path.is_relative_to(folder) for folder in folders)
