from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm_bootstrap.diagram import Marks, picture
from fsm_bootstrap.diagram.mermaid import escaped, mermaid
from tests.unit.fsm_bootstrap.diagram.machines import ODD, asked, chain

WHOLE = """\
---
title: "ask"
---
stateDiagram-v2
    state "asked" as asked
    asked : entry / greet
    state "pay" as pay
    pay : do / pay (at most 20s)
    pay : exit / note
    state "given" as given
    given : do / note
    state "refused" as refused
    state "late" as late
    state "✕ the machine fails" as fails
    [*] --> asked
    asked --> pay : yes (1h later)
    asked --> refused : no / note
    asked --> late : after 3d
    asked --> fails : retries exhausted
    pay --> given : paid (local)
    pay --> refused : declined
    pay --> refused : declined (failure)
    given --> fails : retries exhausted
    refused --> fails : retries exhausted
    given --> [*]
    refused --> [*]
    late --> [*]
    classDef failing fill:none,stroke:#b71c1c,stroke-dasharray:4,color:#b71c1c
    class fails failing
"""


def test_a_whole_machine() -> None:
    assert mermaid(picture(asked)) == WHOLE


def test_colours() -> None:
    been = frozenset({"asked", "pay"})
    running = mermaid(picture(asked, Marks("given", visited=been), failures=False))
    assert running.endswith(
        "    late --> [*]\n"
        "    classDef current fill:#ffe082,stroke:#e65100,stroke-width:3px,color:#000\n"
        "    class given current\n"
        "    classDef visited fill:#c8e6c9,stroke:#2e7d32,color:#000\n"
        "    class asked,pay visited\n"
    )
    assert "    class pay stopped\n" in mermaid(picture(asked, Marks("pay", stopped=True, visited=been)))


def shown(text: str) -> str:
    """What Mermaid makes of entities."""
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text)


def test_odd_names_stay_what_they_are_and_no_id_is_taken_twice() -> None:
    text = mermaid(picture(chain(ODD)))
    declared = re.findall(r'^    state "([^"]*)" as (\w+)$', text, re.MULTILINE)
    assert [shown(label) for label, _ in declared] == [*ODD, "✕ the machine fails"]
    assert len({word.lower() for _, word in declared}) == len(declared)
    ways = re.findall(r"^    (\w+) --> (\w+) : ((?:[^:;\n]|#\d+;)*)$", text, re.MULTILINE)
    assert [shown(label) for _, _, label in ways] == [*ODD[:-1], "retries exhausted"]


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])))
def test_escaped_text_comes_back_and_holds_no_syntax(text: str) -> None:
    made = escaped(text)
    assert shown(made) == text
    rest = re.sub(r"#\d+;", "", made)
    assert not set(rest) & set("\"'`*~$#%&<>[]{}|\\:;=+!^@?°¶")


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("back_order", "back_order"),
        ("a.b-c", "a.b-c"),
        ("_a_", "#95;a#95;"),
        ("1. first", "1#46; first"),
        ("2) second", "2#41; second"),
        ("f(2) x", "f(2) x"),
        ("- item", "#45; item"),
        ("Direction LR", "#68;irection LR"),
        ("directions", "directions"),
    ],
)
def test_what_would_be_markup_or_a_directive_is_text(text: str, made: str) -> None:
    assert escaped(text) == made
