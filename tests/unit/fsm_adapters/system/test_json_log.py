"""Log lines as JSON: which step wrote them, and nothing of what machines hold."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from fsm_adapters.system.json_log import JsonFormatter, told_of
from fsm_adapters.system.logged_history import LoggedHistory
from fsm_domain import Step
from fsm_ports import Happened, HistoryEntry, Status

Line = dict[str, Any]  # Any: JSON
ENTRY = HistoryEntry(
    "o-1", 3, 1000.0, Happened.RETRY, "orders", "charge", "paid", Status.RUNNING, 1, "run", "ValueError: card 4242",
    '{"card": "4242"}',
)  # fmt: skip


class Lines(io.StringIO):
    def read_all(self) -> list[Line]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    written, root = Lines(), logging.getLogger()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_line_of_an_action_bears_the_names_of_its_step(lines: Lines) -> None:
    with told_of(Step("orders", "o-1", 3)):
        logging.getLogger("shop").warning("slow: %d", 7, extra={"bank": "x"})
    logging.getLogger("shop").info("after")
    inside, after = lines.read_all()
    assert {name: inside[name] for name in ("level", "logger", "message", "machine", "correlation_id", "step")} == {
        "level": "WARNING", "logger": "shop", "message": "slow: 7", "machine": "orders", "correlation_id": "o-1",
        "step": 3,
    }  # fmt: skip
    assert inside["bank"] == "x"
    assert "machine" not in after


def test_a_traceback_stays_in_its_line(lines: Lines) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("shop").exception("it failed")
    (line,) = lines.read_all()
    assert "ValueError: broken" in line["exception"]


def test_history_is_logged_without_payloads(lines: Lines) -> None:
    LoggedHistory().append([ENTRY])
    (line,) = lines.read_all()
    assert (line["level"], line["message"], line["correlation_id"], line["step"], line["note"]) == (
        "WARNING", "retry", "o-1", 3, "ValueError",
    )  # fmt: skip
    assert "4242" not in lines.getvalue()


def test_payloads_are_logged_for_whoever_asks_for_them(lines: Lines) -> None:
    LoggedHistory(payloads=True).append([ENTRY])
    (line,) = lines.read_all()
    assert (line["note"], line["context"]) == (ENTRY.note, ENTRY.context)
