"""Recovery: emits again what has not moved for longer than anything but a lost emission explains."""

from __future__ import annotations

from collections.abc import Iterator

from fsm_domain.runtime.caller import Caller
from fsm_domain.runtime.registry import Machines
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.checkpoint_store import InstanceQuery
from fsm_ports.errors import PortError
from fsm_ports.instance import Instance, Status
from fsm_ports.results import Committed
from fsm_ports.writes import Touch


def smallest_age(machines: Machines, claim: float) -> float:
    """Seconds after which a record that has not moved is not merely being run or tried again: one claim and, for the
    most patient state of any machine, the longest wait for each retry of its policy and a claim for each run.

    `claim` is how long a run may hold a delivery, in seconds; an action whose time-out is longer holds it until then.
    """
    ages = [claim]
    for machine in machines.values():
        for state, node in machine.nodes.items():
            policy = machine.retry_for(state)
            run = max(claim, node.timeout or 0.0)
            waits = sum(policy.delay(retry, lambda upper: upper) for retry in range(policy.max_retries))
            ages.append(run + waits + run * (policy.max_retries + 1))
    return max(ages)


class Recoverer:
    """For callers who died between their commit and its emission, and for timers that were lost.

    Never what makes crashes of workers come right: their sources deliver again.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._caller = Caller(runtime)

    def recover(self, age: float, limit: int = 1000) -> int:
        """Emit again at most `limit` records that have not moved for `age` seconds; each once per age.

        Returns how many were taken in hand.  Timers that overlap share the work: of two that see one record only one
        can touch it.

        Raises:
            PortError: the store, or every road, did not answer; what was touched before is taken up an age later.
        """
        recovered = 0
        for record in self._stuck(age):
            if recovered >= limit:
                break
            recovered += self._take_in_hand(record)
        return recovered

    def _take_in_hand(self, record: Instance) -> bool:
        runtime = self._runtime
        touch = Touch(record.correlation_id, record.step, record.updated_at, runtime.clock.now(), record.home)
        result = self._caller.mark(touch)
        if not isinstance(result, Committed):
            return False
        runtime.metrics.count("recovered", record.machine, record.state, record.event or "")
        self._caller.emit(result.instance, runtime.random.id())
        return True

    def _stuck(self, age: float) -> Iterator[Instance]:
        """Of this process's machines alone: others know what to do with theirs, and a store finds by machine and
        status without reading everything."""
        before = self._runtime.clock.now() - age
        for name in self._runtime.machines:
            for status in (Status.RUNNING, Status.WAITING):
                query = InstanceQuery(machine=name, status=status, updated_before=before)
                yield from (record for record in self._found(query) if _is_overdue(record, before))

    def _found(self, query: InstanceQuery) -> Iterator[Instance]:
        cursor: str | None = None
        while True:
            page = self._runtime.store.find(query._replace(cursor=cursor))
            if isinstance(page, PortError):
                raise page
            yield from page.instances
            cursor = page.cursor
            if cursor is None:
                return


def _is_overdue(record: Instance, before: float) -> bool:
    """Age counts from the time at which the record was to go on."""
    waits_for_ever = record.status is Status.WAITING and not record.deadline and not record.inbox
    is_due = max(record.updated_at, record.not_before, record.deadline) <= before
    return is_due and not waits_for_ever and not record.paused
