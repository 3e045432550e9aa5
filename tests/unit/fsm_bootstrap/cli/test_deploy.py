"""``fsm deploy template``: which machines the function finds where SAM has put the folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from tests.unit.fsm_bootstrap.cli.conftest import Fsm, Said

PLACE = "eu-west-1:123456789012"
SOURCES = {
    "PRIMARY_STREAM_SOURCE": f"arn:aws:sqs:{PLACE}:orders",
    "PRIMARY_RETRY_SOURCE": f"arn:aws:dynamodb:{PLACE}:table/retries",
    "PRIMARY_CHECKPOINT_SOURCE": f"arn:aws:dynamodb:{PLACE}:table/records",
}
MACHINES = """
from fsm_domain import FinalState, Machine
NAME = Machine("NAME", dict, initial="end", states=[FinalState("end")])
"""


class Shell:
    """The command line, in a folder that has code in another."""

    def __init__(self, here: Path, fsm: Fsm) -> None:
        self.here, self._fsm = here, fsm

    def write(self, path: str, name: str = "orders", text: str = MACHINES) -> None:
        file = self.here / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("NAME", name), encoding="utf-8")

    def template(self, *arguments: str) -> Said:
        return self._fsm("deploy", "template", *arguments)

    def machines(self, folder: str = "shop") -> str:
        """What the function is told."""
        written = cast("dict[str, Any]", yaml.safe_load((self.here / folder / "template.yaml").read_text()))
        function = written["Resources"]["Function"]["Properties"]
        return str(function["Environment"]["Variables"]["FSM_MACHINES"])


@pytest.fixture
def shell(folder: Path, monkeypatch: pytest.MonkeyPatch, fsm: Fsm) -> Shell:
    for name, value in SOURCES.items():
        monkeypatch.setenv(name, value)
    return Shell(folder, fsm)


def test_the_folder_that_is_named_is_where_machines_are_looked_for(shell: Shell) -> None:
    shell.write("machines.py", text="raise SystemExit('of another project')")
    shell.write("shop/machines.py")
    ended = shell.template("shop")
    assert ended.code == 0, ended.err
    assert shell.machines() == "."
    assert Path.cwd() == shell.here


@pytest.mark.parametrize("spec", ["jobs/ours.py", "shop/jobs/ours.py", "{here}/shop/jobs/ours.py", "jobs.ours"])
def test_machines_are_named_as_they_are_seen_from_the_folder(spec: str, shell: Shell) -> None:
    shell.write("shop/jobs/ours.py")
    ended = shell.template("shop", "--machines", spec.format(here=shell.here))
    assert ended.code == 0, ended.err
    assert shell.machines() == ("jobs.ours" if spec == "jobs.ours" else "jobs/ours.py")


def test_machines_of_the_environment_are_seen_from_the_folder_too(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.write("shop/jobs/ours.py")
    monkeypatch.setenv("FSM_MACHINES", "shop/jobs/ours.py")
    assert shell.template("shop").code == 0
    assert shell.machines() == "jobs/ours.py"


def test_a_file_that_is_found_by_the_folder_s_name_is_named(shell: Shell) -> None:
    """On Lambda the folder has another name."""
    shell.write("shop/shop.py")
    shell.write("shop/drafts.py", name="drafts")
    assert shell.template("shop").code == 0
    assert shell.machines() == "shop.py"


@pytest.mark.parametrize("spec", ["other/machines.py", "../other/machines.py", "{here}/other/machines.py"])
def test_machines_outside_the_folder_are_refused(spec: str, shell: Shell) -> None:
    shell.write("shop/machines.py")
    shell.write("other/machines.py")
    ended = shell.template("shop", "--machines", spec.format(here=shell.here))
    assert ended.code == 2
    assert "other/machines.py lies outside shop" in ended.err
    assert not (shell.here / "shop" / "template.yaml").exists()


@pytest.mark.parametrize("place", ["tests/machines.py", ".hidden/machines.py"])
def test_machines_that_the_build_leaves_out_are_refused(place: str, shell: Shell) -> None:
    shell.write(f"shop/{place}")
    ended = shell.template("shop", "--machines", place)
    assert ended.code == 2
    assert "the build leaves out" in ended.err


def test_a_folder_that_is_a_package_is_refused_for_the_one_around_it(shell: Shell) -> None:
    """Its modules import each other by its name, which is gone once its content lies at the top."""
    shell.write("shop/__init__.py", text="")
    shell.write("shop/machines.py")
    ended = shell.template("shop")
    assert ended.code == 2
    assert "fsm deploy template . --machines shop\n" in ended.err
    assert shell.template(".", "--machines", "shop").code == 0
    assert shell.machines(".") == "shop"


def test_a_folder_that_is_not_there_is_no_place_for_a_template(shell: Shell) -> None:
    ended = shell.template("shp")
    assert ended.code == 2
    assert "there is no folder shp" in ended.err
    assert not (shell.here / "shp").exists()
