"""What a command that runs in a container leaves for the machine that waits for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

VARIABLE: Final = "FSM_RESULT_FILE"
"""Environment variable that tells the command where it may leave a result: JSON, or else text."""
LARGEST: Final = 32_768
"""Bytes of that file at most: the result has to fit into the machine's inbox, beside what came early."""


def result_of(file: Path) -> dict[str, object]:
    """What goes with the event: ``result``, or why there is none as ``result_error``; empty where nothing was left."""
    try:
        size = file.stat().st_size
        raw = file.read_bytes() if size <= LARGEST else b""
    except OSError:
        return {}
    if size > LARGEST:
        return left_out(f"{size} bytes are more than {LARGEST}")
    return {"result": _value(raw.decode(errors="replace"))}


def left_out(why: str) -> dict[str, object]:
    """In place of a result."""
    return {"result_error": f"{why}; leave a large result in a store, and where it is as the result"}


def text_of(data: dict[str, object]) -> str:
    """As JSON; what is no ASCII stands as it is, since an inbox counts bytes.

    Raises:
        ValueError, RecursionError: some of it is no JSON.
    """
    return json.dumps(data, ensure_ascii=False, allow_nan=False)


def _value(text: str) -> object:
    """What the JSON says; the text itself where it is none that the machine could read again: NaN, half a character,
    nested too deeply."""
    try:
        value: object = json.loads(text)
        text_of({"result": value}).encode()
    except (ValueError, RecursionError):
        return text
    return value
