"""Machines to draw: one with every kind of way, one whose names mean something in some format."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any, Literal

from fsm_domain import FinalState, Machine, RetryPolicy, State, Step

state, final = State[str, dict[str, Any]], FinalState[str, dict[str, Any]]


def note(context: dict[str, Any], step: Step) -> None: ...


def greet(context: dict[str, Any], step: Step) -> None: ...


def pay(context: dict[str, Any], step: Step) -> Literal["paid", "declined"]:
    return "paid"


asked = Machine[str, dict[str, Any]](
    "ask",
    dict,
    initial="asked",
    states=[
        state("asked", entry=greet)
        .on("yes", "pay", delay=timedelta(hours=1))
        .on("no", "refused", action=partial(note))
        .after(timedelta(days=3), "late"),
        state("pay", exit=note, retry=RetryPolicy(max_retries=0))
        .on("paid", "given", local=True)
        .on("declined", "refused")
        .do(pay, on_exhausted="declined", timeout=timedelta(seconds=20)),
        final("given").do(note),
        final("refused"),
        final("late"),
    ],
)

ODD = (
    'a "q" <b> & \\', "x:y;z", "note", "1. x", "1) x", "*b* _c_ `d`", "a_b", "x direction TB", "%% c", "[*]", "--> s",
    "{json}", "#35;", "état 状態", "\\N\\l", "fa:fa-x", "$$x^2$$", "_root", "end", "Class", "it's", "~~s~~", "- x",
    "+ x", "> x", "🙂", "ﬂ°°35¶ß", "style: a #x; b", 'state "x" as y', "</TABLE>", "|", "s0", "fails", "root_start",
    "&amp;", "=", 'a\\"',
)  # fmt: skip


def chain(names: tuple[str, ...]) -> Machine[str, Any]:
    """Each name leads on to the next, on an event of the same name."""
    nodes: list[Any] = [final(names[-1]).do(note)]
    for name, following in reversed(list(pairwise(names))):
        plain: Any = state(name)  # the names are data, so no type knows them
        nodes.insert(0, plain.on(name, following))
    return Machine[str, Any]("odd", dict, initial=names[0], states=nodes)
