"""``redis``: the framework with its leases on a real Redis."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from benchmarks import servers
from benchmarks.contenders.locks import URL, counted
from benchmarks.outcome import Outcome, Spread, cpu_us, per_s
from benchmarks.rounds import race

_PLACE: Final = "benchmarks.contenders.locks"
_COUNTED: Final = 200
"""Steps whose round trips are counted."""


def run(quick: bool) -> Outcome:
    if servers.redis_program() is None:
        figures = dict.fromkeys(("per_s_one", "per_s_batch", "round_trips"))
        return Outcome({**figures, "spread": {}}, [servers.REDIS])
    with tempfile.TemporaryDirectory() as folder, servers.redis(Path(folder)) as url:
        os.environ[URL] = url
        try:
            return _measured(quick)
        finally:
            del os.environ[URL]


def _measured(quick: bool) -> Outcome:
    units = {"one": 100 if quick else 5_000, "many": 200 if quick else 20_000}
    measured = race({name: (f"{_PLACE}:{name}", count) for name, count in units.items()}, 2 if quick else 9)
    spread, trips, in_batches = Spread(), round_trips(1), round_trips(100)
    figures = {
        "per_s_one": spread.take("per_s_one", measured.per_s("one")),
        "per_s_batch": spread.take("per_s_batch", measured.per_s("many")),
        "round_trips": trips,
    }
    lines = [
        f"{trips:g} round trips a step, {in_batches:g} in batches of 100",
        per_s("steps, one machine at a time: that is", measured.per_s("one")),
        per_s("steps, 100 machines together: that is", measured.per_s("many")),
        cpu_us("a step, one machine at a time", spread.keep("cpu_us_one", measured.cpu_us("one"))),
        cpu_us("a step, 100 machines together", spread.keep("cpu_us_batch", measured.cpu_us("many"))),
    ]
    return Outcome({**figures, "spread": {**spread.told(), "round_trips_batch": in_batches}}, lines)


def round_trips(together: int) -> float:
    """Counted where they are written, a step."""
    with counted(together) as (work, trips):
        steps = work(_COUNTED)
        return trips[0] / steps
