"""``fsm show``: one machine instance, as far as anything is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fsm_bootstrap.cli.graph import next_way, ways_out
from fsm_bootstrap.cli.output import Format, Row, instance_detail, put_one, when
from fsm_bootstrap.cli.past import entries
from fsm_bootstrap.cli.session import begin, load_for_now, open_app
from fsm_bootstrap.cli.times import relative
from fsm_domain.runtime.registry import registry
from fsm_ports.errors import PortError
from fsm_ports.history_log import Happened, HistoryEntry, HistoryLog
from fsm_ports.instance import Status

if TYPE_CHECKING:
    from fsm_domain.runtime.registry import AnyMachine
    from fsm_ports.instance import Instance


def show_instance(correlation_id: str, spec: str | None, form: Format) -> None:
    """What its record holds, what the history says of its last error, and where its machine can go from there."""
    settings = begin()
    machines = load_for_now(spec, settings)
    app = open_app(settings, machines)
    record = app.client.get(correlation_id)
    machine = registry(machines).get(record.machine)
    failures = _failures(app.history, record)
    now = app.clock.now()
    row = _in_text if form is Format.TEXT else _in_json
    put_one(row(record, machine, failures, now), form)


def _in_json(record: Instance, machine: AnyMachine | None, failures: Sequence[HistoryEntry], now: float) -> Row:
    following = next_way(machine, record)
    known = {**instance_detail(record)}
    context = known.pop("context")
    return {
        **known,
        "retries": _retries(record, failures),
        "next": following._asdict() if following is not None else None,
        "ways": [way._asdict() for way in ways_out(machine, record.state)] if machine is not None else None,
        "definition": record.definition,
        "definition_is_current": record.definition == machine.fingerprint if machine is not None else None,
        "inbox": [event.name for event in record.inbox],
        "inbox_size": len(record.inbox),
        "claims": [{"run": a.run_id, "until": when(a.until), "ended": a.until <= now} for a in record.attempts],
        "last_error": _last_error(record, failures),
        "last_error_at": when(failures[-1].at) if failures else None,
        "context": context,
    }


def _in_text(record: Instance, machine: AnyMachine | None, failures: Sequence[HistoryEntry], now: float) -> Row:
    known = {**instance_detail(record)}
    context, last = known.pop("context"), _last_error(record, failures)
    following = next_way(machine, record)
    ways = ways_out(machine, record.state) if machine is not None else ()
    return {
        **known,
        "retries": _retries(record, failures) or None,
        "next": str(following) if following is not None else None,
        "ways": ", ".join(map(str, ways)),
        "definition": _definition(record, machine),
        "not_before": _at(record.not_before, now),
        "deadline": _at(record.deadline, now),
        "inbox": f"{len(record.inbox)}: {', '.join(event.name for event in record.inbox)}" if record.inbox else None,
        "claims": ", ".join(f"{attempt.run_id} until {_at(attempt.until, now)}" for attempt in record.attempts),
        "last_error": last if last != record.error else None,
        "context": context,
    }


def _at(at: float, now: float) -> str | None:
    return f"{when(at)} ({relative(at, now)})" if at else None


def _definition(record: Instance, machine: AnyMachine | None) -> str | None:
    """Only where it is another than the one that is loaded."""
    if machine is None or record.definition in ("", machine.fingerprint):
        return None
    return f"{record.definition}, while here it is {machine.fingerprint}"


def _retries(record: Instance, failures: Sequence[HistoryEntry]) -> int:
    """Where the record is not the message, only the history knows of the retries of the step at hand."""
    return max(record.retries, *(failure.retries for failure in failures), 0)


def _last_error(record: Instance, failures: Sequence[HistoryEntry]) -> str | None:
    if failures:
        return failures[-1].note
    return record.error if record.status is not Status.ABORTED else None  # there it is the operator's reason


def _failures(log: HistoryLog | None, record: Instance) -> list[HistoryEntry]:
    """Those of the step at hand; none where the log does not know, or does not answer."""
    if log is None:
        return []
    try:
        told = [entry for entry in entries(log, record.correlation_id, record.step - 1) if entry.step == record.step]
    except PortError:
        return []
    return [entry for entry in told if entry.happened in (Happened.RETRY, Happened.FAILED)]
