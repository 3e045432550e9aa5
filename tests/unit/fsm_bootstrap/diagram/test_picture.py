"""What is drawn of a machine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from fsm_bootstrap.diagram import Marks, picture
from fsm_bootstrap.diagram.picture import Arrow, Kind, Mark
from fsm_bootstrap.diagram.words import action_name
from fsm_domain import Machine, RetryPolicy, container
from tests.unit.fsm_bootstrap.diagram.machines import asked, chain, final, note, pay, state


def test_every_way_with_its_kind() -> None:
    assert picture(asked).arrows == (
        Arrow("asked", "pay", "yes (1h later)", Kind.DELAYED),
        Arrow("asked", "refused", "no / note", Kind.EVENT),
        Arrow("asked", "late", "after 3d", Kind.DEADLINE),
        Arrow("asked", None, "retries exhausted", Kind.FAILURE),
        Arrow("pay", "given", "paid (local)", Kind.LOCAL),
        Arrow("pay", "refused", "declined", Kind.EVENT),
        Arrow("pay", "refused", "declined (failure)", Kind.EXHAUSTED),
        Arrow("given", None, "retries exhausted", Kind.FAILURE),
        Arrow("refused", None, "retries exhausted", Kind.FAILURE),
    )


def test_what_a_state_does_stands_inside() -> None:
    lines = {box.name: box.lines for box in picture(asked).boxes}
    assert lines["asked"] == ("entry / greet",)
    assert lines["pay"] == ("do / pay (at most 20s)", "exit / note")
    assert (lines["given"], lines["late"]) == (("do / note",), ())


def test_nothing_fails_where_nothing_runs() -> None:
    """A state is entered by an event that runs nothing on the way, and has no action itself."""
    assert [arrow.origin for arrow in picture(chain(("a", "b", "c"))).arrows if arrow.target is None] == ["c"]


def test_without_failures() -> None:
    drawn = picture(asked, failures=False)
    assert not drawn.fails
    assert {arrow.kind for arrow in drawn.arrows} == {Kind.DELAYED, Kind.EVENT, Kind.DEADLINE, Kind.LOCAL}


def test_marks() -> None:
    def marks(found: Marks) -> dict[str, Mark | None]:
        return {box.name: box.mark for box in picture(asked, found).boxes if box.mark is not None}

    been = frozenset({"pseudo_init", "asked", "pay"})
    assert marks(Marks()) == {}
    assert marks(Marks("pay", visited=been)) == {"asked": Mark.VISITED, "pay": Mark.CURRENT}
    assert marks(Marks("pay", stopped=True, visited=been)) == {"asked": Mark.VISITED, "pay": Mark.STOPPED}
    assert marks(Marks("gone", visited=been)) == {"asked": Mark.VISITED, "pay": Mark.VISITED}


nameless: Callable[[object, object], None] = lambda context, step: None  # noqa: E731


class Clerk:
    def decide(self, context: object, step: object) -> None: ...

    def __call__(self, context: object, step: object) -> None: ...


@pytest.mark.parametrize(
    ("action", "name"),
    [
        (pay, "pay"),
        (partial(partial(note)), "note"),
        (Clerk().decide, "Clerk.decide"),
        (Clerk(), "Clerk"),
        (nameless, "<lambda>"),
        (container('a:1"\n'), 'container(a:1"\\n)'),
    ],
)
def test_names_of_actions(action: Callable[..., object], name: str) -> None:
    assert action_name(action) == name


def test_the_retries_of_the_state_that_is_entered_count() -> None:
    lasting = state("a", entry=note, retry=RetryPolicy(max_retries=1)).on("go", "b")
    machine = Machine("m", dict, initial="a", retry=RetryPolicy(max_retries=0), states=[lasting, final("b").do(note)])
    assert [arrow.label for arrow in picture(machine).arrows] == ["go", "retries exhausted", "failure"]
