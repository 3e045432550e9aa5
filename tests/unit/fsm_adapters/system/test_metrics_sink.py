"""Logged metrics, beyond the contract of their port."""

from __future__ import annotations

import json
import logging

import pytest

from fsm_adapters.system.metrics_sink import LogMetrics


def _lines(caplog: pytest.LogCaptureFixture) -> list[object]:
    return [json.loads(record.getMessage()) for record in caplog.records]


def test_flush_is_one_line_of_json(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "fsm.metrics")
    sink = LogMetrics()
    sink.count("transition", "orders", "charge", "paid", 2)
    sink.count("completed", "orders")
    sink.time("action", "orders", 0.25, "charge", "paid")
    sink.time("action", "orders", 0.5, "charge", "paid")
    sink.flush()
    assert _lines(caplog) == [
        {
            "counters": [
                {"name": "transition", "machine": "orders", "state": "charge", "event": "paid", "value": 2},
                {"name": "completed", "machine": "orders", "value": 1},
            ],
            "timers": [
                {"name": "action", "machine": "orders", "state": "charge", "event": "paid", "seconds": [0.25, 0.5]}
            ],
        }
    ]
    assert [(record.name, record.levelname) for record in caplog.records] == [("fsm.metrics", "INFO")]


def test_nothing_happened_no_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "fsm.metrics")
    LogMetrics().flush()
    assert caplog.records == []


def test_what_nobody_listens_to_is_not_kept(caplog: pytest.LogCaptureFixture) -> None:
    """Or a process whose log is off would grow."""
    caplog.set_level(logging.WARNING, "fsm.metrics")
    sink = LogMetrics()
    sink.count("started", "orders")
    sink.flush()
    caplog.set_level(logging.INFO, "fsm.metrics")
    sink.flush()
    assert caplog.records == []
