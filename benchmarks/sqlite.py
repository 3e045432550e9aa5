"""``sqlite``: durable steps on one SQLite file, beside DBOS, burr and bare commits."""

from __future__ import annotations

from typing import Final

from benchmarks.outcome import Outcome, Spread, cpu_us, per_s, ratio
from benchmarks.peers import is_installed, missing
from benchmarks.rounds import race

_PLACE: Final = "benchmarks.contenders.files"
_UNITS: Final = {
    "one_normal": 10_000, "many_normal": 20_000, "one_full": 1_000, "raw_full": 1_000, "many_full": 10_000,
    "dbos": 300, "burr": 500,
}  # fmt: skip


def run(quick: bool) -> Outcome:
    peers = [peer for peer in ("dbos", "burr") if is_installed(peer)]
    names = ["one_normal", "many_normal", "one_full", "raw_full", "many_full", *peers]
    units = {name: 100 if quick else _UNITS[name] for name in names}
    measured = race({name: (f"{_PLACE}:{name}", units[name]) for name in names}, 2 if quick else 9)
    spread, one, many = Spread(), measured.cpu_us("one_normal"), measured.cpu_us("many_normal")
    to_raw = measured.rate_ratio("one_full", "raw_full")
    figures: dict[str, object] = {
        "per_s_one": spread.take("per_s_one", measured.per_s("one_normal")),
        "cpu_us_one": spread.take("cpu_us_one", one),
        "per_s_batch": spread.take("per_s_batch", measured.per_s("many_normal")),
        "cpu_us_batch": spread.take("cpu_us_batch", many),
        "dbos_cpu_us": None,
        "ratio_dbos": None,
        "full_ratio_raw": spread.take("full_ratio_raw", to_raw),
    }
    lines = [ratio("FULL, one machine at a time:", to_raw, "the rate of bare commits")]
    for peer in peers:
        times = measured.cpu_ratio(peer, "one_normal")
        theirs = spread.keep(f"{peer}_cpu_us", measured.cpu_us(peer))
        spread.keep(f"ratio_{peer}", times)
        lines = [ratio(f"{peer} takes", times, "our CPU a step"), *lines, cpu_us(peer, theirs)]
        if peer == "dbos":
            figures["dbos_cpu_us"], figures["ratio_dbos"] = theirs.median, times.median
    lines += [
        cpu_us("a step, NORMAL, one machine at a time", one),
        per_s("steps, NORMAL, one machine at a time: that is", measured.per_s("one_normal")),
        cpu_us("a step, NORMAL, 100 machines together", many),
        per_s("steps, NORMAL, 100 machines together: that is", measured.per_s("many_normal")),
        per_s("steps, FULL, 100 machines together: that is", spread.keep("per_s_full", measured.per_s("many_full"))),
        per_s("bare commits, FULL: that is", spread.keep("per_s_raw", measured.per_s("raw_full"))),
    ]
    return Outcome({**figures, "spread": spread.told()}, [*lines, *missing("dbos", "burr")])
