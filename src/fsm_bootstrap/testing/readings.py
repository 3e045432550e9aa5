"""What became of the machines: read past all failures that a test has asked for."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from fsm_bootstrap.testing.wiring import Wiring
from fsm_domain.runtime.errors import NotFound
from fsm_ports.checkpoint_store import InstanceQuery
from fsm_ports.errors import PortError
from fsm_ports.history_log import Happened, HistoryEntry
from fsm_ports.instance import Instance
from fsm_ports.names import DEFINITIONS, PSEUDO_INIT

_SHOWN = 10


class Readings:
    """Every method raises `NotFound`, with the ids that are known, for an id that is not."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def instance(self, correlation_id: str) -> Instance:
        """The whole record."""
        found = self._wiring.store.read([correlation_id])[0]
        if isinstance(found, Instance):
            return found
        known = self._known()
        near = get_close_matches(correlation_id, known, 1)
        names = ", ".join(known[:_SHOWN]) + (f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else "")
        hint = f"did you mean {near[0]!r}?" if near else f"known: {names or 'none, nothing has been started'}"
        raise NotFound(f"no machine instance is called {correlation_id!r}; {hint}")

    def status(self, correlation_id: str) -> str:
        """running, waiting, completed, failed or aborted."""
        return self.instance(correlation_id).status.value

    def state(self, correlation_id: str) -> str:
        """The state that was entered last."""
        return self.instance(correlation_id).state

    def context(self, correlation_id: str) -> Any:  # noqa: ANN401 - of whatever type the machine's context is
        """The context as it was last saved, decoded."""
        record = self.instance(correlation_id)
        return self._wiring.codec.decode(self._wiring.machines[record.machine].context, record.context or "{}")

    def history(self, correlation_id: str) -> list[HistoryEntry]:
        """Everything that happened to it, in order."""
        self.instance(correlation_id)
        entries = self._wiring.history.read(correlation_id, limit=10**9)
        return [] if isinstance(entries, PortError) else list(entries)

    def states(self, correlation_id: str) -> list[str]:
        """Every state entered, in order."""
        entries = self.history(correlation_id)
        return [e.state for e in entries if e.happened is Happened.STEP and e.state != PSEUDO_INIT]

    def errors(self, correlation_id: str) -> list[str]:
        """Of every run that failed, in order."""
        entries = self.history(correlation_id)
        return [entry.note or "" for entry in entries if entry.happened in (Happened.RETRY, Happened.FAILED)]

    def _known(self) -> list[str]:
        page = self._wiring.store.find(InstanceQuery(limit=10**9))
        found = () if isinstance(page, PortError) else page.instances
        return [record.correlation_id for record in found if record.machine != DEFINITIONS]
