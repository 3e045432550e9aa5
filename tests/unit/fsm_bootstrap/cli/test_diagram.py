"""``fsm diagram``: which machine is drawn, with whose marks, and what is said beside."""

from __future__ import annotations

from pathlib import Path

import pytest

from fsm_adapters.sqlite.history_log import SqliteHistoryLog
from fsm_ports.errors import PortUnavailable
from tests.unit.fsm_bootstrap.cli.conftest import MACHINES, Fsm

FAILING = """
def fail(order, step):
    raise ConnectionError("the carrier is down")


lost = Machine("lost", Order, initial="charge", retry=RetryPolicy(max_retries=0), states=[
    state("charge").on("paid", "ship").do(charge), state("ship").on("done", "end").do(fail), final("end"),
])
"""


@pytest.fixture(autouse=True)
def machines(folder: Path) -> None:
    (folder / "machines.py").write_text(MACHINES + FAILING, encoding="utf-8")


def marked(text: str) -> dict[str, str]:
    """The classes of a Mermaid text, by state."""
    found = [line.split() for line in text.splitlines() if line.strip().startswith("class ")]
    return {state: kind for _, states, kind in found for state in states.split(",") if kind != "failing"}


def test_by_name_by_file_and_by_default_as_mermaid(fsm: Fsm) -> None:
    by_name = fsm("diagram", "orders")
    assert (by_name.code, by_name.err) == (0, "")
    assert by_name.out.startswith('---\ntitle: "orders"\n---\nstateDiagram-v2\n')
    assert fsm("diagram", "machines.py", "--machine", "orders", "--format", "mermaid").out == by_name.out


@pytest.mark.parametrize(
    ("form", "begins"),
    [("dot", 'digraph "orders" {'), ("ascii", "orders\n\n(*) --> charge\n\n+-------------+\n| charge")],
)
def test_formats(fsm: Fsm, form: str, begins: str) -> None:
    assert fsm("diagram", "orders", "--format", form).out.startswith(begins)


def test_failures_can_be_left_out(fsm: Fsm) -> None:
    assert "retries exhausted" in fsm("diagram", "orders").out
    assert "retries exhausted" not in fsm("diagram", "orders", "--no-failures").out


def test_the_way_of_an_instance(fsm: Fsm) -> None:
    fsm("start", "orders", "--id", "o")
    assert marked(fsm("diagram", "orders", "--instance", "o").out) == {}
    fsm("worker", "--drain")
    said = fsm("diagram", "orders", "--instance", "o")
    assert marked(said.out) == {"charge": "visited", "ship": "visited", "shipped": "current"}
    assert said.err == ""


def test_an_instance_that_has_failed_stopped_in_the_state_that_it_could_not_enter(fsm: Fsm) -> None:
    fsm("start", "lost", "--id", "o")
    fsm("worker", "--drain")
    assert marked(fsm("diagram", "lost", "--instance", "o").out) == {"charge": "visited", "ship": "stopped"}


def test_an_instance_that_was_aborted_stopped_where_it_was(fsm: Fsm) -> None:
    fsm("start", "approvals", "--id", "a")
    fsm("worker", "--drain")
    assert marked(fsm("diagram", "approvals", "--instance", "a").out) == {"asked": "current"}
    fsm("abort", "a")
    assert marked(fsm("diagram", "approvals", "--instance", "a").out) == {"asked": "stopped"}


def test_without_a_history_the_present_is_marked(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HISTORY", "off")
    fsm("start", "orders", "--id", "o")
    fsm("worker", "--drain")
    said = fsm("diagram", "orders", "--instance", "o")
    assert marked(said.out) == {"shipped": "current"}
    assert said.err == "warning: no history is kept, so only the state that it is in is marked\n"


def test_a_history_that_does_not_answer_costs_only_its_marks(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    fsm("start", "orders", "--id", "o")
    fsm("worker", "--drain")

    def read(*_: object) -> PortUnavailable:
        return PortUnavailable("the disk is gone")

    monkeypatch.setattr(SqliteHistoryLog, "read", read)
    said = fsm("diagram", "orders", "--instance", "o")
    assert (said.code, marked(said.out)) == (0, {"shipped": "current"})
    assert "the disk is gone" in said.err


def test_a_state_that_is_not_in_the_picture(fsm: Fsm, folder: Path) -> None:
    fsm("start", "approvals", "--id", "a")
    fsm("worker", "--drain")
    renamed = MACHINES.replace('"asked"', '"asking"')
    (folder / "newer.py").write_text(renamed, encoding="utf-8")
    said = fsm("diagram", "newer.py", "--machine", "approvals", "--instance", "a")
    assert (said.code, marked(said.out)) == (0, {})
    assert "warning: it was last moved by definition" in said.err
    assert "warning: it is in state 'asked', which is not in the picture" in said.err


NAMES = {"charge": "bill", "ship": "send", "shipped": "sent", "done": "gone", "asked": "asking", "approved": "accepted"}


def renamed_into(folder: Path) -> str:
    """The same machines, with other names for states and events."""
    text = MACHINES + FAILING
    for old, new in NAMES.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    for names, machine in (
        (("charge", "ship", "shipped", "done"), "orders"),
        (("asked", "approved"), "approvals"),
        (("charge", "ship", "done"), "lost"),
    ):
        renamed = {name: NAMES[name] for name in names}
        text = text.replace(f'Machine("{machine}", Order,', f'Machine("{machine}", Order, renamed={renamed},')
    (folder / "newer.py").write_text(text, encoding="utf-8")
    return "newer.py"


def test_states_that_were_renamed_are_marked_by_the_names_that_they_have_now(fsm: Fsm, folder: Path) -> None:
    for machine in ("orders", "lost"):
        fsm("start", machine, "--id", machine)
    fsm("worker", "--drain")
    spec = renamed_into(folder)
    said = fsm("diagram", spec, "--machine", "orders", "--instance", "orders")
    assert marked(said.out) == {"bill": "visited", "send": "visited", "sent": "current"}
    assert "not in the picture" not in said.err
    said = fsm("diagram", spec, "--machine", "lost", "--instance", "lost")
    assert marked(said.out) == {"bill": "visited", "send": "stopped"}


def test_a_wait_that_was_renamed_shows_its_ways_out(fsm: Fsm, folder: Path) -> None:
    fsm("start", "approvals", "--id", "a")
    fsm("worker", "--drain")
    spec = renamed_into(folder)
    assert marked(fsm("diagram", spec, "--machine", "approvals", "--instance", "a").out) == {"asking": "current"}
    assert "accepted -> end" in fsm("show", "a", "--machines", spec).out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["machines.py"], 2, "error: machines.py defines 4 machines"),
        (["nothing"], 4, "error: there is no machine, file or module 'nothing'"),
        (["orders", "--instance", "gone"], 4, "error: "),
        (["orders", "--format", "png"], 2, "error: "),
    ],
)
def test_refused(fsm: Fsm, arguments: list[str], code: int, message: str) -> None:
    said = fsm("diagram", *arguments)
    assert (said.code, said.out) == (code, "")
    assert message in said.err
    assert "hint: " in said.err


def test_an_instance_of_another_machine(fsm: Fsm) -> None:
    fsm("start", "orders", "--id", "o")
    said = fsm("diagram", "slow", "--instance", "o")
    assert (said.code, said.out) == (2, "")
    assert "o is an instance of 'orders', not of 'slow'" in said.err


def test_svg_without_graphviz(fsm: Fsm, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    said = fsm("diagram", "orders", "--format", "svg")
    assert (said.code, said.out) == (3, "")
    assert "Graphviz, whose program dot is not on the PATH" in said.err
    assert "hint: apt-get install graphviz" in said.err
