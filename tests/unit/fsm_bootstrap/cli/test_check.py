"""``fsm check``: its options, formats and exit codes."""

from __future__ import annotations

import importlib.util
import json
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from tests.unit.fsm_bootstrap.cli.conftest import Fsm

SOUND = """machines:
  - name: orders
    context: actions.Order
    states:
      - name: ship
        initial: true
        do_action: actions.ship
        transitions:
          - event: done
            target: shipped
      - name: shipped
        final: true
"""
ACTIONS = """
from dataclasses import dataclass
from typing import Literal
from fsm_domain import Step

@dataclass
class Order:
    cents: int = 0

@dataclass
class Parcel:
    grams: int = 0

def ship(order: Order, step: Step) -> Literal["done"]:
    return "done"

def weigh(parcel: Parcel, step: Step) -> Literal["done"]:
    return "done"

def bare(order, step):
    return "done"
"""
WARNED = SOUND + "        exit_action: actions.ship\n"
WRONG_TYPE = SOUND.replace("actions.ship", "actions.weigh")


@pytest.fixture
def write(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    (folder / "actions.py").write_text(ACTIONS, encoding="utf-8")
    return folder / "fsm.yaml"


def test_a_sound_file(write: Path, fsm: Fsm) -> None:
    write.write_text(SOUND, encoding="utf-8")
    assert fsm("check") == (0, "", "ok: orders: 2 states, 1 transitions\n")


def test_a_warning_is_an_error_only_under_strict(write: Path, fsm: Fsm) -> None:
    write.write_text(WARNED, encoding="utf-8")
    said = fsm("check", "--no-types")
    assert said.code == 0
    assert said.out.startswith("warning: fsm.yaml:13: state 'shipped' is final: its exit_action never runs")
    said = fsm("check", "--no-types", "--strict")
    assert said.code == 3
    assert said.out.startswith("fsm.yaml:13: state 'shipped' is final: its exit_action never runs")
    assert "error: .: 1 problem\n" in said.err


def test_types_are_checked_unless_they_are_left_out(write: Path, fsm: Fsm) -> None:
    write.write_text(WRONG_TYPE, encoding="utf-8")
    said = fsm("check")
    assert (said.code, said.out[:45]) == (3, "fsm.yaml:7: action 'actions.weigh' does not t")
    assert fsm("check") == said  # what mypy remembers names a folder that is gone
    assert fsm("check", "--no-types") == (
        0,
        "",
        "not checked: types, as --no-types says\nok: orders: 2 states, 1 transitions\n",
    )


def test_without_mypy_it_says_what_was_not_checked(write: Path, fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    write.write_text(WRONG_TYPE, encoding="utf-8")
    found = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "mypy" else found(name, package)

    monkeypatch.setattr("fsm_bootstrap.checking.type_checker.find_spec", find_spec)
    said = fsm("check")
    assert said.code == 0
    assert "not checked: types, for mypy is not installed: pip install 'lambda-fsm[typecheck]'" in said.err


def test_actions_without_annotations_are_named(write: Path, fsm: Fsm) -> None:
    write.write_text(SOUND.replace("actions.ship", "actions.bare"), encoding="utf-8")
    said = fsm("check")
    assert (said.code, said.out) == (0, "")
    assert "not checked: what these actions return, for they are not annotated: bare\n" in said.err


def test_mypy_that_cannot_run_is_no_success(write: Path, fsm: Fsm) -> None:
    write.write_text(SOUND, encoding="utf-8")
    Path("mypy.ini").write_text("[mypy]\nplugins = not_there\n", encoding="utf-8")
    said = fsm("check")
    assert said.code == 1
    assert "not_there" in said.err
    assert "hint: mend its configuration, or leave the types out: --no-types" in said.err


def test_a_configuration_that_asks_for_annotations_holds_nothing_up(write: Path, fsm: Fsm) -> None:
    write.write_text(SOUND.replace("actions.ship", "actions.bare"), encoding="utf-8")
    Path("mypy.ini").write_text("[mypy]\nstrict = True\npretty = True\n", encoding="utf-8")
    assert fsm("check").code == 0


def test_json(write: Path, fsm: Fsm) -> None:
    write.write_text(WRONG_TYPE, encoding="utf-8")
    [row] = json.loads(fsm("check", "-o", "json").out)
    assert (row["severity"], row["file"], row["line"], row["rule"]) == ("error", "fsm.yaml", 7, "types/assignment")
    assert "actions.weigh" in row["message"]
    assert "Parcel" in row["detail"]
    assert row["hint"]
    assert json.loads(fsm("check", "-o", "jsonl").out) == row


def test_annotations_for_github(write: Path, fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    write.write_text(WARNED.replace("target: shipped", "target: 100%"), encoding="utf-8")
    assert fsm("check", "--no-types", "-o", "github").out.splitlines() == [
        "::error file=fsm.yaml,line=10,title=fsm check::'100%25' is no name; use letters, digits and _ . - "
        "and begin with a letter",
        "::warning file=fsm.yaml,line=13,title=fsm check::state 'shipped' is final: its exit_action never runs; "
        "do_action does, on arrival%0Ahint: move the action to do_action, or remove it",
    ]
    monkeypatch.setenv("GITHUB_WORKSPACE", str(write.parents[1]))
    assert f"file={write.parent.name}/fsm.yaml," in fsm("check", "--no-types", "-o", "github").out


def test_a_file_whose_name_is_a_property_s_syntax(write: Path, fsm: Fsm) -> None:
    Path("a,b:c%.yaml").write_text("machines: []\n", encoding="utf-8")
    said = fsm("check", "a,b:c%.yaml", "--no-types", "-o", "github")
    assert said.out.startswith("::error file=a%2Cb%3Ac%25.yaml,line=1,title=fsm check::")


def test_a_module_and_a_package(folder: Path, fsm: Fsm) -> None:
    package = folder / "shop" / "inner"
    package.mkdir(parents=True)
    (folder / "shop" / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "actions.py").write_text(ACTIONS, encoding="utf-8")
    (package / "definition.py").write_text(
        "from shop.inner.actions import ship, weigh, Order\n"
        "from fsm_domain import FinalState, Machine, State\n"
        "orders = Machine[str, Order]('orders', Order, initial='ship', states=[\n"
        "    State[str, Order]('ship').on('done', 'end').do(ship),\n"
        "    FinalState[str, Order]('end').do(weigh),\n"
        "])\n",
        encoding="utf-8",
    )
    expected = 'shop/inner/definition.py:5: Argument 1 to "do" of "FinalState" has incompatible type'
    for spec in ("shop", "shop.inner.definition", "shop.inner.definition:orders", "shop/inner/definition.py"):
        said = fsm("check", spec)
        assert (said.code, said.out.startswith(expected)) == (3, True), (spec, said)


def test_mistakes_of_code_that_no_machine_is_made_of_are_not_told(write: Path, fsm: Fsm) -> None:
    Path("helpers.py").write_text("def double(number: int) -> int:\n    return 'two'\n", encoding="utf-8")
    Path("actions.py").write_text(f"import between\n{ACTIONS}", encoding="utf-8")
    Path("between.py").write_text("import helpers\n", encoding="utf-8")
    write.write_text(SOUND, encoding="utf-8")
    assert fsm("check") == (0, "", "ok: orders: 2 states, 1 transitions\n")
    Path("actions.py").write_text(f"import helpers\n{ACTIONS}", encoding="utf-8")
    assert fsm("check").out.startswith("helpers.py:2: Incompatible return value type")


def test_warnings_about_python_stand_on_the_line_of_the_event(folder: Path, fsm: Fsm) -> None:
    text = (
        ACTIONS + "from fsm_domain import FinalState, Machine, State\n"
        "state = State[str, Order]\n"
        "orders = Machine[str, Order]('orders', Order, initial='ship', states=[\n"
        "    state('ship')\n"
        "    .on('done', 'end')\n"
        "    .on('lost', 'end')\n"
        "    .do(ship),\n"
        "    FinalState[str, Order]('end'),\n"
        "])\n"
    )
    Path("machines.py").write_text(text, encoding="utf-8")
    line = text.splitlines().index("    .on('lost', 'end')") + 1
    said = fsm("check", "--no-types")
    assert said.code == 0
    assert said.out.startswith(f"warning: machines.py:{line}: machine 'orders': state 'ship' handles 'lost', which")
    assert fsm("check", "--no-types", "--strict").code == 3
