"""Every act of an operator against everything that a machine can be doing: what is left alone, and what is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.runtime.caller import doing as doing_of
from fsm_domain.runtime.errors import Conflict
from fsm_ports.instance import Status
from tests.unit.fsm_domain.runtime.world import Context, World

Doing = Literal["running", "waiting", "completed", "failed", "aborted", "paused", "in mid-action"]
DOINGS: tuple[Doing, ...] = ("running", "waiting", "completed", "failed", "aborted", "paused", "in mid-action")
ACTS = ("send", "abort", "pause", "resume", "redrive", "restore")

ALLOWED: dict[str, tuple[Doing, ...]] = {
    # An event that comes before its wait, or after a failure that may be redriven, is kept in the inbox.
    "send": ("running", "waiting", "failed", "paused", "in mid-action"),
    "abort": ("running", "waiting", "failed", "paused", "in mid-action"),
    "pause": ("running", "waiting", "failed", "in mid-action"),
    # A caller who saw no answer may resume again: what runs or waits is emitted again.
    "resume": ("running", "waiting", "paused", "in mid-action"),
    "redrive": ("failed",),
    "restore": ("running", "waiting", "in mid-action"),
}


class Scene:
    """One machine, brought to whatever it is to be doing; `act` is done there, for mid-action inside its action."""

    def __init__(self) -> None:
        self.inside: Callable[[], None] | None = None
        self.world = World(self._machine())

    def _machine(self) -> Machine[str, Context]:
        def work(context: Context, step: Step) -> Literal["next", "ask"]:
            inside, self.inside = self.inside, None
            if inside is not None:
                inside()
            if context.get("fail") and step.work == step.number:
                raise ValueError("as told")
            return "ask" if context.get("wait") else "next"

        state = State[str, Context]
        return Machine[str, Context](
            "m", dict, initial="work", retry=RetryPolicy(max_retries=0),
            states=[state("work").on("next", "end").on("ask", "wait").do(work),
                    state("wait").on("yes", "end"), FinalState[str, Context]("end")],
        )  # fmt: skip

    def bring(self, doing: Doing, act: Callable[[], None]) -> None:
        """Bring it there, and act."""
        world = self.world
        world.client.start("m", {"wait": doing == "waiting", "fail": doing == "failed"}, correlation_id="a")
        if doing == "in mid-action":
            self.inside = act
            world.run(5.0)
            return
        if doing in ("waiting", "completed", "failed"):
            world.run(5.0)
        if doing == "aborted":
            world.operator.abort("a")
        if doing == "paused":
            world.operator.pause("a")
        act()

    def do(self, act: str) -> None:
        operator = self.world.operator
        acts: dict[str, Callable[[], object]] = {
            "send": lambda: operator.send("a", "yes", None, "e1"),
            "abort": lambda: operator.abort("a", "a reason"),
            "pause": lambda: operator.pause("a", "a reason"),
            "resume": lambda: operator.resume("a", "a reason"),
            "redrive": lambda: operator.redrive("a", "a reason"),
            "restore": lambda: operator.restore("a", "a reason"),
        }
        acts[act]()


@pytest.mark.parametrize("doing", DOINGS)
@pytest.mark.parametrize("act", ACTS)
def test_what_is_allowed_happens_and_what_is_not_says_what_the_machine_is_doing(act: str, doing: Doing) -> None:
    scene, said = Scene(), list[str]()
    before = list[object]()

    def attempt() -> None:
        before.append(scene.world.read("a"))
        try:
            scene.do(act)
        except Conflict as error:
            said.append(str(error))
            assert scene.world.read("a") == before[0], "a refused act changes nothing"

    scene.bring(doing, attempt)
    if doing in ALLOWED[act]:
        assert said == []
    else:
        spoken = "running" if doing == "in mid-action" else doing
        assert f"'a': it is {spoken} in state" in said[0]


def test_a_machine_that_was_paused_in_its_last_step_is_said_to_have_ended() -> None:
    scene = Scene()
    scene.bring("in mid-action", lambda: None)
    scene.world.run(60.0)
    record = scene.world.read("a")._replace(paused=True)
    assert doing_of(record).startswith("it is completed")


@pytest.mark.parametrize(
    ("act", "status", "paused"),
    [
        ("abort", Status.ABORTED, False),  # the run in hand cannot commit
        ("pause", Status.RUNNING, True),  # the run in hand commits, and nothing more is started
        ("send", Status.COMPLETED, False),
        ("resume", Status.COMPLETED, False),
        ("restore", Status.COMPLETED, False),
        ("redrive", Status.COMPLETED, False),
    ],
)
def test_what_becomes_of_a_running_step_meanwhile(act: str, status: Status, paused: bool) -> None:
    scene = Scene()

    def attempt() -> None:
        try:
            scene.do(act)
        except Conflict:
            assert act == "redrive"

    scene.bring("in mid-action", attempt)
    scene.world.run(60.0)
    record = scene.world.read("a")
    assert (record.status, record.paused) == (status, paused)
    assert record.step == {"abort": 0, "pause": 1}.get(act, 2)
