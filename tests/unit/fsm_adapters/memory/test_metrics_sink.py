"""MemoryMetrics as tests read it."""

from __future__ import annotations

from fsm_adapters.memory import MemoryMetrics
from fsm_adapters.memory.metrics_sink import Figure


def test_counts_can_be_read_before_the_flush_and_after_it() -> None:
    metrics = MemoryMetrics()
    metrics.count("retry", "orders", "charge", value=2)
    metrics.flush()
    metrics.count("retry", "orders", "ship")
    metrics.count("retry", "returns", "ship")
    metrics.time("action", "orders", 0.5, "ship")
    assert metrics.counted("retry") == 4
    assert metrics.counted("retry", "orders") == 3
    assert metrics.counted("retry", "orders", "ship") == 1
    assert metrics.counted("fatal") == 0
    assert metrics.flushed == (Figure("retry", "orders", "charge", "", 2),)
    assert metrics.figures[-1] == Figure("action", "orders", "ship", "", 0.5)
