"""``fsm deploy template``: which machines the function finds where SAM has put the folder."""

from __future__ import annotations

import json
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
        return str(self._made(folder)["Function"]["Environment"]["Variables"]["FSM_MACHINES"])

    def made(self, kind: str, folder: str = "shop") -> list[str]:
        """Ids of the resources of this kind."""
        written = yaml.safe_load((self.here / folder / "template.yaml").read_text(encoding="utf-8"))
        resources = cast("dict[str, dict[str, object]]", written["Resources"])
        return sorted(name for name, one in resources.items() if one["Type"] == kind)

    def allowed(self, action: str) -> list[str]:
        """The resources on which the function's role may do it."""
        (inline,) = self._made("shop")["Role"]["Policies"]
        statements = inline["PolicyDocument"]["Statement"]
        return [each for one in statements if action in one["Action"] for each in one["Resource"]]

    def _made(self, folder: str) -> dict[str, Any]:  # Any: as YAML has it
        """The properties of the template's resources."""
        written = yaml.safe_load((self.here / folder / "template.yaml").read_text(encoding="utf-8"))
        resources = cast("dict[str, dict[str, Any]]", written["Resources"])  # Any: as above
        return {name: one["Properties"] for name, one in resources.items()}


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


def test_the_role_may_start_the_tasks_that_are_named_and_pass_their_roles(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.write("shop/machines.py")
    monkeypatch.setenv("PRIMARY_CONTAINER_SOURCE", f"arn:aws:ecs:{PLACE}:cluster/jobs")
    assert shell.template("shop").code == 0
    assert shell.allowed("ecs:RunTask") == [f"arn:aws:ecs:{PLACE}:task-definition/*"]
    assert shell.template("shop", "--force", "--task", "film", "--task-role", "film-task").code == 0
    assert shell.allowed("ecs:RunTask") == [f"arn:aws:ecs:{PLACE}:task-definition/film:*"]
    assert shell.allowed("iam:PassRole") == ["arn:aws:iam::123456789012:role/film-task"]


def test_iam_knows_the_tasks_too(monkeypatch: pytest.MonkeyPatch, fsm: Fsm) -> None:
    for name, value in {**SOURCES, "PRIMARY_CONTAINER_SOURCE": f"arn:aws:ecs:{PLACE}:cluster/jobs"}.items():
        monkeypatch.setenv(name, value)
    said = fsm("iam", "--task", "film:3", "--task-role", "arn:aws:iam::210987654321:role/theirs")
    by_action = {one["Action"][0]: one["Resource"] for one in json.loads(said.out)["Statement"]}
    assert by_action["ecs:RunTask"] == [f"arn:aws:ecs:{PLACE}:task-definition/film:3"]
    assert by_action["iam:PassRole"] == ["arn:aws:iam::210987654321:role/theirs"]


def test_tasks_are_named_where_there_is_a_cluster_to_start_them_on(shell: Shell, fsm: Fsm) -> None:
    shell.write("shop/machines.py")
    for said in (shell.template("shop", "--task", "film"), fsm("iam", "--task-role", "film-task")):
        assert said.code == 2
        assert "no container source of ECS is set" in said.err


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--log-days", "10", "keeps logs for 7 or 14 days"),
        ("--log-days", "4000", "keeps logs for 3653 days"),
        ("--concurrency", "1", "from 2 on"),
        ("--alarm-topic", "people", "arn:aws:sns:REGION:ACCOUNT:TOPIC"),
        ("--alarm-topic", f"arn:aws:sqs:{PLACE}:people", "arn:aws:sns:REGION:ACCOUNT:TOPIC"),
        ("--exists", "PRIMARY_STREAM", "PRIMARY_STREAM_SOURCE"),
        ("--exists", "SECONDARY_STREAM_SOURCE", "PRIMARY_STREAM_SOURCE"),
    ],
)
def test_what_aws_would_not_take_is_refused_with_what_it_takes(
    option: str, value: str, said: str, shell: Shell
) -> None:
    shell.write("shop/machines.py")
    ended = shell.template("shop", option, value)
    assert ended.code == 2
    assert said in " ".join(ended.err.replace("│", " ").split())
    assert not (shell.here / "shop" / "template.yaml").exists()


def test_a_stack_makes_what_is_not_said_to_exist(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a table that the original framework left behind, beside a new one."""
    shell.write("shop/machines.py")
    records = SOURCES["PRIMARY_CHECKPOINT_SOURCE"]
    monkeypatch.setenv("PRIMARY_STREAM_SOURCE", records)
    monkeypatch.setenv("SECONDARY_STREAM_SOURCE", records.replace("records", "old-stream"))
    monkeypatch.setenv("ADOPT_IN_FLIGHT", "true")
    assert shell.template("shop", "--exists", "SECONDARY_STREAM_SOURCE").code == 0
    assert shell.made("AWS::DynamoDB::Table") == ["TableRecords", "TableRetries"]
    assert shell.made("AWS::Lambda::EventSourceMapping") == ["FromDynamodbOldStream", "FromDynamodbRecords"]
