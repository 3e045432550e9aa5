from __future__ import annotations

from fsm_bootstrap.diagram import Marks, picture
from fsm_bootstrap.diagram.dot import dot
from tests.unit.fsm_bootstrap.diagram.machines import asked, chain

_TABLE = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">'
_RED = 'color="#b71c1c", fontcolor="#b71c1c", style=dashed'
_END = '[shape=doublecircle, style=filled, fillcolor=black, label="", width=0.12]'

STATES = f"""\
  "@initial" [shape=circle, style=filled, fillcolor=black, label="", width=0.18, fixedsize=true];
  "asked" [label=<{_TABLE}<TR><TD><B>asked</B></TD></TR><HR/><TR><TD ALIGN="LEFT">entry / greet</TD></TR></TABLE>>, \
fillcolor="#c8e6c9", color="#2e7d32"];
  "pay" [label=<{_TABLE}<TR><TD><B>pay</B></TD></TR><HR/><TR><TD ALIGN="LEFT">do / pay (at most 20s)</TD></TR>\
<TR><TD ALIGN="LEFT">exit / note</TD></TR></TABLE>>, fillcolor="#ffe082", color="#e65100", penwidth=3];
  "given" [label=<{_TABLE}<TR><TD><B>given</B></TD></TR><HR/><TR><TD ALIGN="LEFT">do / note</TD></TR></TABLE>>, \
fillcolor="#ffffff", color="#424242"];
  "@end given" {_END};
  "refused" [label=<<B>refused</B>>, fillcolor="#ffffff", color="#424242"];
  "@end refused" {_END};
  "late" [label=<<B>late</B>>, fillcolor="#ffffff", color="#424242"];
  "@end late" {_END};
  "@fails" [shape=plaintext, style="", label=<✕ the machine fails>, fontcolor="#b71c1c"];
"""
WAYS = f"""\
  "@initial" -> "asked";
  "asked" -> "pay" [label=<yes (1h later)>, style=dashed];
  "asked" -> "refused" [label=<no / note>];
  "asked" -> "late" [label=<after 3d>, style=dashed];
  "asked" -> "@fails" [label=<retries exhausted>, {_RED}];
  "pay" -> "given" [label=<paid (local)>, style=bold];
  "pay" -> "refused" [label=<declined>];
  "pay" -> "refused" [label=<declined (failure)>, {_RED}];
  "given" -> "@fails" [label=<retries exhausted>, {_RED}];
  "refused" -> "@fails" [label=<retries exhausted>, {_RED}];
  "given" -> "@end given";
  "refused" -> "@end refused";
  "late" -> "@end late";
}}
"""


def test_a_whole_machine_with_the_way_of_an_instance() -> None:
    drawn = dot(picture(asked, Marks("pay", visited=frozenset({"asked", "pay"}))))
    assert drawn.startswith('digraph "ask" {\n')
    assert drawn.endswith(STATES + WAYS)


def test_an_instance_that_stopped() -> None:
    assert '"late" [label=<<B>late</B>>, fillcolor="#ef9a9a"' in dot(picture(asked, Marks("late", stopped=True)))


def test_quotes_and_backslashes_end_no_id_and_brackets_no_label() -> None:
    drawn = dot(picture(chain(('a"\\', "<b>&"))))
    assert r'"a\"\\" -> "<b>&" [label=<a&quot;\\>];' in drawn
    assert '"<b>&" [label=<<TABLE ' in drawn
    assert "<B>&lt;b&gt;&amp;</B>" in drawn
