"""Boxes for a terminal: each state with its ways out below it, which name the states that they lead to."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from fsm_bootstrap.diagram.picture import Arrow, Box, Mark, Picture

_MARKS = {Mark.CURRENT: "<== is here", Mark.STOPPED: "<== has stopped here", Mark.VISITED: "<-- was here"}


def ascii_art(picture: Picture) -> str:
    """The picture as lines of text; what is not ASCII in it are the user's own names."""
    parts = [[picture.title], [f"(*) --> {picture.initial}"], *(_state(picture, box) for box in picture.boxes)]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _state(picture: Picture, box: Box) -> list[str]:
    ways = [(arrow.label, _target(arrow)) for arrow in picture.arrows if arrow.origin == box.name]
    if box.final:
        ways.append(("", "(o)"))
    width = max((cell_len(label) for label, _ in ways), default=0)
    return [*_box(box), *(f"    {_ruled(label, width)}--> {target}" for label, target in ways)]


def _target(arrow: Arrow) -> str:
    return "(x) the machine fails" if arrow.target is None else arrow.target


def _ruled(label: str, width: int) -> str:
    """The label, and a line from there on."""
    return f"{label} {'-' * (width - cell_len(label))}" if label else ""


def _box(box: Box) -> Iterator[str]:
    width = max(cell_len(line) for line in (box.name, *box.lines))
    rule = f"+{'-' * (width + 2)}+"
    mark = f"  {_MARKS[box.mark]}" if box.mark is not None else ""
    yield rule
    yield f"| {_padded(box.name, width)} |{mark}"
    if box.lines:
        yield rule
    yield from (f"| {_padded(line, width)} |" for line in box.lines)
    yield rule


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
