"""Leases of the batch in hand are renewed from another thread."""

from __future__ import annotations

from fsm_domain import Step
from fsm_ports.results import Busy
from tests.unit.fsm_domain.runtime.world import Context, World, line


def test_renewing_keeps_the_lease_of_a_long_action() -> None:
    def long(context: Context, step: Step) -> str:
        world.clock.advance(25.0)
        world.dispatcher.renew(world.clock.now() + world.claim)
        world.clock.advance(25.0)
        assert lock is not None
        leases.append(lock.acquire(["a:0"], "somebody", world.clock.now() + 1.0)[0])
        return "next"

    leases: list[object] = []
    world = World(line(long), lock=True)
    lock = world.runtime.lock
    world.client.start("line", {}, correlation_id="a")
    world.work()
    assert isinstance(leases[0], Busy)
