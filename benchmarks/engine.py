"""``engine``: the whole framework on memory adapters, in batches of 100, beside the original on dicts."""

from __future__ import annotations

from benchmarks.outcome import Outcome, Spread, cpu_us, ratio
from benchmarks.peers import is_installed, missing
from benchmarks.rounds import race

_PLACE = "benchmarks.contenders.engines"


def run(quick: bool) -> Outcome:
    units = 200 if quick else 20_000
    with_original = is_installed("aws-lambda-fsm")
    names = ["ours_small", "ours_large", *(["original_small", "original_large"] if with_original else [])]
    measured = race({name: (f"{_PLACE}:{name}", units) for name in names}, 2 if quick else 9)
    spread = Spread()
    small, large = measured.cpu_us("ours_small"), measured.cpu_us("ours_large")
    figures: dict[str, object] = {
        "cpu_us": spread.take("cpu_us", small),
        "cpu_us_1kb": spread.take("cpu_us_1kb", large),
        "original_cpu_us": None,
        "ratio": None,
    }
    lines = [cpu_us("a transition, context of 130 B", small), cpu_us("a transition, context of 1 KB", large)]
    if with_original:
        theirs, share = measured.cpu_us("original_small"), measured.cpu_ratio("ours_small", "original_small")
        figures["original_cpu_us"] = spread.take("original_cpu_us", theirs)
        figures["ratio"] = spread.take("ratio", share)
        spread.keep("original_cpu_us_1kb", measured.cpu_us("original_large"))
        share_1kb = spread.keep("ratio_1kb", measured.cpu_ratio("ours_large", "original_large"))
        lines = [
            ratio("ours takes", share, "the original's CPU, 130 B"),
            ratio("ours takes", share_1kb, "the original's CPU, 1 KB"),
            *lines,
            cpu_us("the original, 130 B", theirs),
        ]
    return Outcome({**figures, "spread": spread.told()}, [*lines, *missing("aws-lambda-fsm")])
