"""Where the definition of a machine is kept, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_domain.failover.checkpoint_store import HomedCheckpointStore
from fsm_domain.runtime.definitions import key_of
from fsm_ports.errors import PortUnavailable
from fsm_ports.instance import Instance, Status
from fsm_ports.results import CommitResult
from fsm_ports.writes import Commit
from tests.unit.fsm_domain.runtime.world import World, line, says

MACHINE = line(*[says("next")] * 4)
KEY = key_of("line", MACHINE.fingerprint)


class Primary(MemoryCheckpointStore):
    """Counts the calls that commit, and is down while it is said to be."""

    def __init__(self) -> None:
        super().__init__()
        self.is_down, self.asked = True, list[list[str]]()

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        self.asked.append([commit.instance.correlation_id for commit in commits])
        return [PortUnavailable("down")] * len(commits) if self.is_down else super().commit(commits)


def kept(store: MemoryCheckpointStore) -> bool:
    (record,) = store.read([KEY])
    return isinstance(record, Instance) and record.context == MACHINE.definition


def test_while_the_primary_home_is_down_machines_of_the_second_never_call_it() -> None:
    primary, secondary = Primary(), MemoryCheckpointStore()
    world = World(MACHINE).with_runtime(store=HomedCheckpointStore(primary, secondary), homes=("", "2"))
    started = world.client.start("line", {})
    assert primary.asked == [[started.correlation_id.removesuffix("@2"), KEY]]
    world.run(60.0)
    assert world.read(started.correlation_id).status is Status.COMPLETED
    assert len(primary.asked) == 1
    assert kept(secondary)


def test_what_the_primary_home_is_owed_goes_with_its_next_commit() -> None:
    primary, secondary = Primary(), MemoryCheckpointStore()
    world = World(MACHINE).with_runtime(store=HomedCheckpointStore(primary, secondary), homes=("", "2"))
    world.client.start("line", {})
    primary.is_down = False
    world.run(60.0)
    assert not kept(primary)
    world.client.start("line", {}, correlation_id="a")
    world.client.start("line", {}, correlation_id="b")
    assert primary.asked[1:] == [["a", KEY], ["b"]]
    assert kept(primary)
