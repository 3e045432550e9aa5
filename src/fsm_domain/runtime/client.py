"""Starts machines and finds them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from fsm_domain.failover.checkpoint_store import home_of, named_after
from fsm_domain.failover.post import Parcel
from fsm_domain.runtime.caller import Caller, doing
from fsm_domain.runtime.errors import Conflict
from fsm_domain.runtime.registry import known
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.checkpoint_store import InstanceQuery, Page
from fsm_ports.codec import ContextError
from fsm_ports.errors import OutcomeUnknown, PortError, PortUnavailable
from fsm_ports.history_log import Happened, entry_of_commit
from fsm_ports.instance import Instance, Status, as_message
from fsm_ports.messages import Outgoing
from fsm_ports.names import DEFINITIONS, PSEUDO_INIT
from fsm_ports.results import CommitResult, Committed, Refused
from fsm_ports.writes import Commit


class StartRequest(NamedTuple):
    """One machine to start."""

    context: object
    correlation_id: str | None = None
    """The caller's own id makes the start repeatable; None: one is made."""


StartResult = Instance | Conflict | ContextError | PortError


class Client:
    """Commits record 0 and emits it.

    Starting again with the same id and input is safe and says what became of the first call; it also sends the first
    message again where the machine has not moved yet, so a caller who saw an error just repeats the call.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._caller = Caller(runtime)

    def start(self, machine: str, context: object, *, correlation_id: str | None = None) -> Instance:
        """Start one machine; returns its record.

        Raises:
            UnknownMachine: no machine of that name.
            ContextError: the context does not fit the machine's type; names the field.
            Conflict: another machine, or one with another input, has this id.
            PortError: not known to have started.  Where no id was given the error's `correlation_id` note tells the
                one that was made: repeat with it.
        """
        result = self.start_many(machine, [StartRequest(context, correlation_id)])[0]
        if isinstance(result, Instance):
            return result
        raise result

    def start_many(self, machine: str, requests: Sequence[StartRequest]) -> Sequence[StartResult]:
        """Start many machines in one call a port; a result for each, in order.  One failure does not fail another.

        Raises:
            UnknownMachine: no machine of that name.
        """
        results: list[StartResult] = [self._record(machine, request) for request in requests]
        commits = {n: Commit(first) for n, first in enumerate(results) if isinstance(first, Instance)}
        started: dict[int, Instance] = {}
        made = {n for n in commits if requests[n].correlation_id is None}
        for n, result in self._commit_somewhere(commits, made).items():
            answer = self._answer(commits[n], result)
            results[n] = answer
            if isinstance(answer, Instance) and answer.step == 0 and answer.status is Status.RUNNING:
                started[n] = answer
        for n, error in zip(started, self._emit(list(started.values())), strict=True):
            if error is not None:
                results[n] = _noted(error, commits[n].instance.correlation_id)
        return results

    def get(self, correlation_id: str) -> Instance:
        """The record of one instance.

        Raises:
            NotFound: there is none.
            PortError: the store did not answer.
        """
        return self._caller.read(correlation_id)

    def find(self, query: InstanceQuery) -> Page:
        """A page of records; those that keep definitions only where they are asked for.

        Raises:
            PortError: the store did not answer.
        """
        page = self._runtime.store.find(query)
        if isinstance(page, PortError):
            raise page
        if query.machine == DEFINITIONS:
            return page
        return page._replace(instances=tuple(one for one in page.instances if one.machine != DEFINITIONS))

    def _record(self, name: str, request: StartRequest) -> Instance | ContextError:
        runtime = self._runtime
        machine = known(runtime.machines, name)
        try:
            context = runtime.codec.encode(request.context)
            runtime.codec.decode(machine.context, context)
        except ContextError as error:
            return error
        now, correlation_id = runtime.clock.now(), request.correlation_id or runtime.random.id()
        return Instance(
            machine=name, correlation_id=correlation_id, home=home_of(correlation_id, runtime.homes),
            definition=machine.fingerprint, step=0, status=Status.RUNNING, paused=False, state=PSEUDO_INIT,
            event=PSEUDO_INIT, context=context, run_id=runtime.random.id(), started_at=now, updated_at=now,
        )  # fmt: skip

    def _commit_somewhere(self, commits: dict[int, Commit], made: Collection[int]) -> dict[int, CommitResult]:
        """In the primary home; an id that was made here may live elsewhere while that one is down."""
        results = dict(zip(commits, self._commit(list(commits.values())), strict=True))
        for home in self._runtime.homes[1:]:
            lost = [n for n in made if isinstance(results[n], PortUnavailable)]
            for n in lost:
                first = commits[n].instance
                renamed = first._replace(correlation_id=named_after(home, first.correlation_id), home=home)
                commits[n] = commits[n]._replace(instance=renamed)
            results.update(zip(lost, self._commit([commits[n] for n in lost]), strict=True))
        return results

    def _commit(self, commits: Sequence[Commit]) -> list[CommitResult]:
        if not commits:
            return []
        names = {commit.instance.machine for commit in commits}
        machines = [known(self._runtime.machines, name) for name in sorted(names)]
        results = list(self._runtime.definitions.commit(commits, machines))
        unknown = [n for n, result in enumerate(results) if isinstance(result, OutcomeUnknown)]
        if unknown:
            for n, result in zip(unknown, self._runtime.store.commit([commits[n] for n in unknown]), strict=True):
                if not isinstance(result, PortUnavailable):  # the first try may have taken place all the same
                    results[n] = result
        return results

    def _answer(self, commit: Commit, result: CommitResult) -> StartResult:
        wanted = commit.instance
        if isinstance(result, PortError):
            return _noted(result, wanted.correlation_id)
        if isinstance(result, Committed):
            self._caller.tell([entry_of_commit(commit, result.instance)])
            self._runtime.metrics.count("started", wanted.machine)
            return result.instance
        return self._repeated(wanted, result)

    def _repeated(self, wanted: Instance, refused: Refused) -> StartResult:
        found = refused.found
        if found is None:
            return Conflict(f"cannot start {wanted.correlation_id!r}: its record was deleted just now; start it again")
        if found.machine == wanted.machine and self._is_input_of(found, wanted):
            return found
        return Conflict(
            f"cannot start {wanted.correlation_id!r}: machine {found.machine!r} was started under this id with "
            f"{'this input' if found.machine != wanted.machine else 'another input'}; {doing(found)}"
        )

    def _is_input_of(self, found: Instance, wanted: Instance) -> bool:
        """Whether both were started with the same, however it is written; so if nobody remembers."""
        first, second = self._input(found), wanted.context
        if first in (second, None):
            return True
        decode, kind = self._runtime.codec.decode, self._runtime.machines[wanted.machine].context
        try:
            return bool(decode(kind, first or "") == decode(kind, second or ""))
        except ContextError:  # what an earlier definition wrote
            return False

    def _input(self, found: Instance) -> str | None:
        """What the machine was started with; None where nobody remembers."""
        if found.step == 0:
            return found.context
        if self._runtime.history is None:
            return None
        entries = self._runtime.history.read(found.correlation_id, -1, 1)
        if isinstance(entries, PortError) or not entries or entries[0].happened is not Happened.STARTED:
            return None
        return entries[0].context

    def _emit(self, records: Sequence[Instance]) -> list[PortError | None]:
        if not records:
            return []
        if self._runtime.store.emits:
            return [None] * len(records)
        return self._runtime.post.send([Parcel(Outgoing(as_message(record))) for record in records])


def _noted(error: PortError, correlation_id: str) -> PortError:
    """The error, with the id under which the start can be repeated."""
    error.add_note(f"correlation_id: {correlation_id}")
    return error
