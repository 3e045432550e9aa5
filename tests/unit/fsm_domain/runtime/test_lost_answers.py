"""An operator's mark whose answer was lost is asked for again, and does not conflict with itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_domain.runtime.errors import Conflict, InboxFull
from fsm_ports.errors import OutcomeUnknown
from fsm_ports.instance import InboxEvent, Status
from fsm_ports.names import INBOX_EVENTS
from fsm_ports.results import CommitResult
from fsm_ports.writes import AppendEvent, Mark
from tests.unit.fsm_domain.runtime.world import World, line, says


class LosingStore(MemoryCheckpointStore):
    """Each first answer to a mark is lost after it took effect."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: set[Mark] = set()

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        results = super().mark(marks)
        lost = [mark not in self._asked for mark in marks]
        self._asked.update(marks)
        unknown = OutcomeUnknown("time-out", "store")
        return [unknown if was else result for was, result in zip(lost, results, strict=True)]


@pytest.fixture
def world() -> World:
    made = World(line(says("next"), says("next"))).with_runtime(store=LosingStore())
    made.client.start("line", {}, correlation_id="a")
    return made


ACTS: dict[str, Callable[[World], object]] = {
    "pause": lambda world: world.operator.pause("a"),
    "abort": lambda world: world.operator.abort("a", "enough"),
    "restore": lambda world: world.operator.restore("a"),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_it_is_done_once_and_the_caller_learns_so(world: World, act: Callable[[World], object]) -> None:
    before = world.read("a")
    world.clock.advance(1.0)
    act(world)
    assert world.read("a") != before


def test_a_resume_is_done_and_sent(world: World) -> None:
    world.operator.pause("a")
    world.work()
    world.operator.resume("a")
    world.run(5.0)
    assert world.read("a").status is Status.COMPLETED


def test_another_reason_for_the_refusal_is_a_conflict(world: World) -> None:
    world.operator.abort("a", "enough")
    with pytest.raises(Conflict, match="aborted"):
        world.operator.pause("a")


def test_an_event_that_was_refused_is_not_taken_for_kept(world: World) -> None:
    """The inbox is full; that the first answer was lost makes the second no better."""
    for n in range(INBOX_EVENTS):
        event = InboxEvent(f"e{n}", "next")
        world.runtime.store.mark([AppendEvent("a", 0, event, world.clock.now())])
    with pytest.raises(InboxFull):
        world.operator.send("a", "next", event_id="one-more")
