"""``fsm abort``, ``pause``, ``resume``, ``redrive`` and ``restore``: one act, on the machines of these ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from fsm_bootstrap.cli.exits import CommandError, End, Exit, end_of
from fsm_bootstrap.cli.output import Format, Row, say
from fsm_bootstrap.cli.progress import progress
from fsm_bootstrap.cli.rows import RowStream
from fsm_domain.runtime.errors import FsmError
from fsm_ports.errors import PortError
from fsm_ports.instance import Status

if TYPE_CHECKING:
    from fsm_bootstrap.application import App
    from fsm_bootstrap.cli.acts import Act
    from fsm_ports.instance import Instance

_OUTCOMES = {Exit.CONFLICT: "conflict", Exit.NOT_FOUND: "missing"}
"""Of what was not done; anything else is not known to have been done."""


def operate(app: App, act: Act, ids: Iterable[str], reason: str, form: Format) -> int:
    """Do it to each, whatever becomes of the others; one result a line.  CONFLICT where it came too late for any.

    Raises:
        CommandError: Ctrl-C; says how many were tried.
    """
    names = list(dict.fromkeys(ids))
    batch = _Batch(app, act, reason, form)
    with progress(act.wish, len(names)) as advance:
        for tried, correlation_id in enumerate(names, 1):
            try:
                batch.act_on(correlation_id)
            except KeyboardInterrupt:
                batch.end()
                message = f"interrupted: {tried - 1} of {len(names)} were tried"
                raise CommandError(Exit.INTERRUPTED, message, "run it again for the others") from None
            advance(tried)
    return batch.end()


class _Batch:
    """Writes what becomes of each."""

    def __init__(self, app: App, act: Act, reason: str, form: Format) -> None:
        self._app, self._act, self._reason = app, act, reason
        self._out = RowStream(form, ("id", "outcome"), heads=False)
        self._ends: Counter[Exit] = Counter()
        self._hints: list[str] = []

    def act_on(self, correlation_id: str) -> None:
        try:
            record = self._act.do(self._app.operator, correlation_id, self._reason)
        except (FsmError, PortError) as error:
            self._failed(correlation_id, end_of(error))
            return
        self._ends[Exit.OK] += 1
        self._out.put([_row(correlation_id, self._act.done, record)])
        if record.paused and record.status is Status.RUNNING and self._act.done != "paused":
            self._hint(f"{correlation_id} is paused; fsm resume lets it go on")

    def end(self) -> int:
        """The exit code: a conflict counts most, then what came first."""
        self._out.end()
        for hint in self._hints[:3]:
            say(f"hint: {hint}")
        if Exit.CONFLICT in self._ends:
            return Exit.CONFLICT
        return next((code for code in self._ends if code is not Exit.OK), Exit.OK)

    def _failed(self, correlation_id: str, end: End) -> None:
        self._ends[end.code] += 1
        self._out.put([_row(correlation_id, _OUTCOMES.get(end.code, "unknown"), None, end.message)])
        say(f"error: {end.message}")
        self._hint(end.hint)

    def _hint(self, hint: str) -> None:
        if hint and hint not in self._hints:
            self._hints.append(hint)


def _row(correlation_id: str, outcome: str, record: Instance | None, error: str | None = None) -> Row:
    return {
        "id": correlation_id,
        "outcome": outcome,
        "status": record.status.value if record is not None else None,
        "paused": record.paused if record is not None else None,
        "state": record.state if record is not None else None,
        "step": record.step if record is not None else None,
        "error": error,
    }
