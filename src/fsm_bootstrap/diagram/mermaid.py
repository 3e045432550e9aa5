"""Mermaid's stateDiagram-v2, which GitHub and many editors draw."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from fsm_bootstrap.diagram.picture import Mark, Picture

_RESERVED = frozenset({
    "accdescr", "acctitle", "as", "choice", "class", "classdef", "click", "default", "direction", "end", "fork", "hide",
    "history", "href", "join", "left", "note", "of", "right", "root_end", "root_start", "scale", "state", "style",
})  # fmt: skip
"""Words that mean something else to Mermaid, in any case of letters."""
_STYLES = {
    Mark.CURRENT: "fill:#ffe082,stroke:#e65100,stroke-width:3px,color:#000",
    Mark.STOPPED: "fill:#ef9a9a,stroke:#b71c1c,stroke-width:3px,color:#000",
    Mark.VISITED: "fill:#c8e6c9,stroke:#2e7d32,color:#000",
}
_FAILS = "fill:none,stroke:#b71c1c,stroke-dasharray:4,color:#b71c1c"
_DIRECTION = re.compile(r"direction(?=\s+(?:tb|bt|lr|rl)\b)", re.IGNORECASE)


def mermaid(picture: Picture) -> str:
    """The picture as text of stateDiagram-v2."""
    return "\n".join(["---", f"title: {json.dumps(picture.title, ensure_ascii=False)}", "---", *_lines(picture)]) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    ids = _ids([box.name for box in picture.boxes])
    fails = _free("fails", ids.values())
    yield "stateDiagram-v2"
    for box in picture.boxes:
        yield f'    state "{escaped(box.name)}" as {ids[box.name]}'
        yield from (f"    {ids[box.name]} : {escaped(line)}" for line in box.lines)
    if picture.fails:
        yield f'    state "{escaped("✕ the machine fails")}" as {fails}'
    yield f"    [*] --> {ids[picture.initial]}"
    for arrow in picture.arrows:
        target = fails if arrow.target is None else ids[arrow.target]
        yield f"    {ids[arrow.origin]} --> {target} : {escaped(arrow.label)}"
    yield from (f"    {ids[box.name]} --> [*]" for box in picture.boxes if box.final)
    if picture.fails:
        yield f"    classDef failing {_FAILS}"
        yield f"    class {fails} failing"
    for mark in Mark:
        yield from _marked(mark, [ids[box.name] for box in picture.boxes if box.mark is mark])


def _marked(mark: Mark, ids: list[str]) -> Iterator[str]:
    if ids:
        yield f"    classDef {mark.value} {_STYLES[mark]}"
        yield f"    class {','.join(ids)} {mark.value}"


def _ids(names: Iterable[str]) -> dict[str, str]:
    """A plain word for each name: the name itself where that is one."""
    known = list(names)
    ids = {name: name for name in known if _is_plain(name)}
    for number, name in enumerate(known):
        if name not in ids:
            ids[name] = _free(f"s{number}", ids.values())
    return ids


def _is_plain(name: str) -> bool:
    return re.fullmatch(r"[a-z]\w*", name, re.IGNORECASE | re.ASCII) is not None and name.lower() not in _RESERVED


def _free(word: str, taken: Iterable[str]) -> str:
    used = set(taken)
    while word in used:
        word += "_"
    return word


def escaped(text: str) -> str:
    """Text that Mermaid takes for nothing but text: neither syntax, nor markup, nor a list, nor a formula."""
    plain = [
        letter if _is_harmless(letter, text[place - 1 : place], text[place + 1 : place + 2], text[:place]) else None
        for place, letter in enumerate(text)
    ]
    for found in _DIRECTION.finditer(text):
        plain[found.start()] = None
    return "".join(f"#{ord(text[place])};" if letter is None else letter for place, letter in enumerate(plain))


def _is_harmless(letter: str, before: str, after: str, all_before: str) -> bool:
    """Letters, digits and some signs; hyphens, dots and underscores only inside words."""
    if letter in "_.-":
        return _in_word(before) and _in_word(after)
    if letter == ")":
        return "(" in all_before  # `1)` would be a list
    return letter.isalnum() or letter in " /(,✕"


def _in_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"
