"""Keeps each definition once, where the records are: so that others can tell what wrote these, and when it was new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fsm_domain.machine.fingerprint import graph_of
from fsm_domain.runtime.registry import AnyMachine
from fsm_ports.checkpoint_store import CheckpointStore
from fsm_ports.clock import Clock
from fsm_ports.errors import OutcomeUnknown, PortError, PortUnavailable
from fsm_ports.instance import Instance, Status
from fsm_ports.names import DEFINITIONS
from fsm_ports.results import CommitResult
from fsm_ports.writes import Commit


def key_of(machine: str, definition: str) -> str:
    """The correlation id under which a definition of the machine is kept."""
    return f"{DEFINITIONS}/{machine}/{graph_of(definition)}"


class Definitions:
    """What one process knows of them; the record of a definition is written once, at step 0 and at rest.

    It travels with a commit that is made in any case, so it costs no call; a start's, and the first one by which this
    process goes on with what another definition wrote.  What could not be written goes with the next commit.
    """

    def __init__(self, store: CheckpointStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._born = clock.now()
        self._done: set[str] = set()
        self._owed: dict[str, Commit] = {}
        self._kept_at: dict[str, float] = {}

    def commit(self, commits: Sequence[Commit], machines: Iterable[AnyMachine]) -> Sequence[CommitResult]:
        """Commit these, and with them whatever of these machines' definitions is not known to be kept."""
        for machine in machines:
            key = key_of(machine.name, machine.fingerprint)
            if key not in self._done and key not in self._owed:
                self._owed[key] = Commit(self._record(key, machine))
        if not self._owed:
            return self._store.commit(commits)
        owed = dict(self._owed)
        results = self._store.commit([*commits, *owed.values()])
        for key, result in zip(owed, results[len(commits) :], strict=True):
            if not isinstance(result, PortUnavailable | OutcomeUnknown):  # one too large will not be kept next time
                self._done.add(key)
                self._owed.pop(key, None)
        return results[: len(commits)]

    def is_at_work(self, record: Instance, own: AnyMachine | None) -> bool:
        """Whoever wrote this record, or message, is newer than this process's own definition of its machine, or at work
        beside it: it was written after that one was first used.

        While the store cannot say, it may be.
        """
        used = self._born if own is None else self._first_used(own)
        return used is None or record.updated_at > min(used, self._born)

    def _first_used(self, machine: AnyMachine) -> float | None:
        """Epoch seconds; from when this process began where nobody has kept it; None: the store did not answer."""
        key = key_of(machine.name, machine.fingerprint)
        if key not in self._kept_at:
            found = self._store.read([key])[0]
            if isinstance(found, PortError):
                return None
            if found is None:
                return self._born
            self._kept_at[key] = found.started_at
        return self._kept_at[key]

    def age(self, since: float, now: float) -> float:
        """Seconds from then, or from when this process began: a process that is young may be part of a deploy."""
        return now - max(since, self._born)

    def _record(self, key: str, machine: AnyMachine) -> Instance:
        now = self._clock.now()
        return Instance(
            machine=DEFINITIONS, correlation_id=key, definition=graph_of(machine.fingerprint), step=0,
            status=Status.COMPLETED, paused=False, state=machine.name, event=None, context=machine.definition,
            run_id=key, started_at=now, updated_at=now,
        )  # fmt: skip
