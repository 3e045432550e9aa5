"""``core``: one pure step of a machine, callbacks included."""

from __future__ import annotations

from benchmarks.outcome import Outcome, Spread, cpu_us, per_s, ratio
from benchmarks.peers import is_installed, missing
from benchmarks.rounds import race

_UNITS = {"ours": 200_000, "transitions": 20_000, "python-statemachine": 2_000}
_PLACE = "benchmarks.contenders.cores"


def run(quick: bool) -> Outcome:
    peers = [peer for peer in ("transitions", "python-statemachine") if is_installed(peer)]
    contenders = {
        name: (f"{_PLACE}:{name.replace('-', '_')}", _UNITS[name] // (100 if quick else 1)) for name in ["ours", *peers]
    }
    measured, spread = race(contenders, 2 if quick else 9), Spread()
    figures: dict[str, object] = {
        "cpu_us": spread.take("cpu_us", measured.cpu_us("ours")),
        "per_s": spread.take("per_s", measured.per_s("ours")),
        "ratio_transitions": None,
        "ratio_python_statemachine": None,
    }
    lines = [cpu_us("one step with four callbacks", measured.cpu_us("ours")), per_s("steps", measured.per_s("ours"))]
    for peer in peers:
        name = f"ratio_{peer.replace('-', '_')}"
        times = measured.cpu_ratio(peer, "ours")
        figures[name] = spread.take(name, times)
        lines.insert(0, ratio(f"{peer} takes", times, "of our CPU"))
        lines.append(cpu_us(peer, spread.keep(f"{peer}_cpu_us", measured.cpu_us(peer))))
    return Outcome({**figures, "spread": spread.told()}, [*lines, *missing("transitions", "python-statemachine")])
