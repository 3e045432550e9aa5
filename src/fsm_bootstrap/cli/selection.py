"""Which machine instances a command is about: those of a query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.times import since
from fsm_domain.runtime.pages import all_found
from fsm_ports.checkpoint_store import InstanceQuery
from fsm_ports.instance import Status

if TYPE_CHECKING:
    from fsm_bootstrap.application import App
    from fsm_ports.instance import Instance

PAGE = 1000


class Selection(NamedTuple):
    """The options of a query, as they were given."""

    machine: str | None = None
    status: str | None = None
    state: str | None = None
    since: str | None = None
    limit: int | None = None
    """None: all."""

    def query(self, now: float) -> InstanceQuery:
        """What to ask the store; `now` in epoch seconds.

        Raises:
            CommandError: an option does not make sense.
        """
        started = since(self.since, now)
        return InstanceQuery(self.machine, _status(self.status), self.state, started, limit=self.limit or PAGE)

    def given(self) -> list[str]:
        """The names of the options that were given."""
        return [f"--{name}" for name, value in self._asdict().items() if value is not None]


def found(app: App, query: InstanceQuery) -> Iterator[Instance]:
    """All that match, page by page.

    Raises:
        PortError: the store did not answer.
    """
    return all_found(app.client.find, query._replace(limit=PAGE))


def _status(text: str | None) -> Status | None:
    if text is None:
        return None
    try:
        return Status(text.lower())
    except ValueError:
        known = ", ".join(status.value for status in Status)
        raise CommandError(Exit.USAGE, f"--status {text}: there is no such status", f"one of: {known}") from None
