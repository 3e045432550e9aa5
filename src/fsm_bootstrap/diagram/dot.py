"""The language of Graphviz."""

from __future__ import annotations

import html
from collections.abc import Iterator

from fsm_bootstrap.diagram.picture import Arrow, Box, Kind, Mark, Picture

_STYLES = {
    None: 'fillcolor="#ffffff", color="#424242"',
    Mark.CURRENT: 'fillcolor="#ffe082", color="#e65100", penwidth=3',
    Mark.STOPPED: 'fillcolor="#ef9a9a", color="#b71c1c", penwidth=3',
    Mark.VISITED: 'fillcolor="#c8e6c9", color="#2e7d32"',
}
_RED = 'color="#b71c1c", fontcolor="#b71c1c", style=dashed'
_ARROWS = {
    Kind.LOCAL: ", style=bold",
    Kind.DELAYED: ", style=dashed",
    Kind.DEADLINE: ", style=dashed",
    Kind.EXHAUSTED: f", {_RED}",
    Kind.FAILURE: f", {_RED}",
}
# No state has a name that begins with @.
_INITIAL, _FAILS, _END = "@initial", "@fails", "@end "


def dot(picture: Picture) -> str:
    """The picture as a digraph."""
    return "\n".join([f"digraph {_id(picture.title)} {{", *_lines(picture), "}"]) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    yield f'  graph [label={_html(picture.title)}, labelloc=t, fontname="Helvetica", fontsize=16, nodesep=0.4];'
    yield '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=12];'
    yield '  edge [fontname="Helvetica", fontsize=10, color="#424242"];'
    yield f'  {_id(_INITIAL)} [shape=circle, style=filled, fillcolor=black, label="", width=0.18, fixedsize=true];'
    for box in picture.boxes:
        yield f"  {_id(box.name)} [label={_label(box)}, {_STYLES[box.mark]}];"
        if box.final:
            yield f'  {_id(_END + box.name)} [shape=doublecircle, style=filled, fillcolor=black, label="", width=0.12];'
    if picture.fails:
        yield f'  {_id(_FAILS)} [shape=plaintext, style="", label={_html("✕ the machine fails")}, fontcolor="#b71c1c"];'
    yield f"  {_id(_INITIAL)} -> {_id(picture.initial)};"
    yield from (_arrow(arrow) for arrow in picture.arrows)
    yield from (f"  {_id(box.name)} -> {_id(_END + box.name)};" for box in picture.boxes if box.final)


def _arrow(arrow: Arrow) -> str:
    target = _FAILS if arrow.target is None else arrow.target
    return f"  {_id(arrow.origin)} -> {_id(target)} [label={_html(arrow.label)}{_ARROWS.get(arrow.kind, '')}];"


def _label(box: Box) -> str:
    """The name, and under a line what the state does."""
    if not box.lines:
        return f"<<B>{_escaped(box.name)}</B>>"
    deeds = "".join(f'<TR><TD ALIGN="LEFT">{_escaped(line)}</TD></TR>' for line in box.lines)
    name = f"<TR><TD><B>{_escaped(box.name)}</B></TD></TR>"
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{name}<HR/>{deeds}</TABLE>>'


def _html(text: str) -> str:
    """A label that is read as HTML, in which fewer signs are special than in one of quotes."""
    return f"<{_escaped(text)}>"


def _escaped(text: str) -> str:
    """Also in HTML a backslash with a letter may stand for the name of a node, and two of them for one."""
    return html.escape(text).replace("\\", "\\\\")


def _id(name: str) -> str:
    """As an id in quotes; a backslash is doubled, lest it take the quote along."""
    doubled = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{doubled}"'
