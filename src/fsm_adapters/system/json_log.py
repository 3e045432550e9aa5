"""Log lines as JSON, each with the machine instance and step at whose action it was written."""

from __future__ import annotations

import json
import logging
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol

_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Running(Protocol):
    """What is told of a step; `fsm_domain.Step` is one."""

    @property
    def machine(self) -> str: ...
    @property
    def correlation_id(self) -> str: ...
    @property
    def number(self) -> int: ...


_running: ContextVar[Running | None] = ContextVar("fsm_running", default=None)


@contextmanager
def told_of(step: Running) -> Generator[None]:
    """Lines that are written inside, by whichever library, bear the step's machine, correlation id and number."""
    token = _running.set(step)
    try:
        yield
    finally:
        _running.reset(token)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: timestamp (UTC), level, logger, message, the step's names, and what `extra` brings.

    A traceback is the field ``exception``.  `end` follows each object, for handlers that end no line themselves.
    """

    def __init__(self, end: str = "") -> None:
        super().__init__()
        self._end = end

    def format(self, record: logging.LogRecord) -> str:
        """As `logging.Formatter.format`."""
        line: dict[str, object] = {
            "timestamp": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        step = _running.get()
        if step is not None:
            line |= {"machine": step.machine, "correlation_id": step.correlation_id, "step": step.number}
        line |= {name: value for name, value in vars(record).items() if name not in _OWN}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str) + self._end

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        """ISO 8601 in UTC, with milliseconds."""
        from datetime import UTC, datetime

        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
