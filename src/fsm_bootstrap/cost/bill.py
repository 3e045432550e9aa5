"""From what was counted to USD a million transitions, beside what others ask for the same work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fsm_bootstrap.cost.prices import Prices
from fsm_bootstrap.cost.running import Counted, Load, count
from fsm_bootstrap.cost.walking import walked
from fsm_bootstrap.settings import Settings
from fsm_domain.runtime.registry import AnyMachine

BATCHES: Final = (1, 10)
SIZES: Final = (1024, 4096)
"""Bytes of a record as its table keeps it, user's context and control data together."""
STEPS: Final = 100
MEMORY_MB: Final = 128
MILLISECONDS: Final = 20.0
_MILLION: Final = 1e6
_MB_MS: Final = 1024.0 * 1000.0
"""MB-milliseconds of a GB-second."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a million transitions cost in one set-up; everything is by the transition unless it says otherwise."""

    batch: int
    size: int
    transitions: int
    calls: Mapping[str, float]
    """Requests of the framework itself, by service."""
    polls: Mapping[str, float]
    """Requests that hand out messages and settle them, and invocations."""
    units: Mapping[str, float]
    usd: Mapping[str, float]
    """A million transitions, by service."""
    context_bytes: int
    """What a context may have for the record to be of this size."""

    @property
    def total(self) -> float:
        return sum(self.usd.values())


def bills(
    machine: AnyMachine,
    settings: Settings,
    prices: Prices,
    *,
    memory_mb: int = MEMORY_MB,
    milliseconds: float = MILLISECONDS,
    steps: int = STEPS,
    context: object = None,
    real_actions: bool = False,
    batches: Sequence[int] = BATCHES,
    sizes: Sequence[int] = SIZES,
) -> list[Bill]:
    """One for each batch and size.

    Raises:
        PortMisconfigured: the settings make no sense together.
        ContextError: the context does not fit the machine.
    """
    runs = machine if real_actions else walked(machine, steps)
    return [
        bill(
            count(
                runs,
                settings,
                Load(batch=batch, size=size, steps=steps, memory_mb=memory_mb, milliseconds=milliseconds,
                     context={} if context is None else context),
            ),
            prices, batch, size,
        )
        for batch in batches
        for size in sizes
    ]  # fmt: skip


def bill(counted: Counted, prices: Prices, batch: int, size: int) -> Bill:
    """The bill of a run."""
    transitions = max(1, counted.transitions)
    units = {unit: number / transitions for unit, number in counted.ledger.units.items()}
    if "lambda.mb_ms" in units:
        units["lambda.gb_second"] = units.pop("lambda.mb_ms") / _MB_MS
    usd: defaultdict[str, float] = defaultdict(float)
    for unit, number in units.items():
        usd[unit.partition(".")[0]] += number * prices.per_million[unit]
    calls = {name: number / transitions for name, number in counted.ledger.calls_by_service().items()}
    polls = {name: number / transitions for name, number in counted.ledger.polls_by_service().items()}
    room = max(0, size - counted.control_bytes)
    return Bill(batch, size, counted.transitions, calls, polls, units, dict(usd), room)


def others(prices: Prices, size: int, steps: float, memory_mb: int, milliseconds: float) -> dict[str, float]:
    """USD a million transitions elsewhere: one task each, in a function of the same memory and time; `steps` is how
    many transitions one machine makes."""
    seconds = milliseconds / 1000.0
    gb_seconds = memory_mb / 1024.0 * seconds
    per_million = prices.per_million
    function = per_million["lambda.request"] + gb_seconds * per_million["lambda.gb_second"]
    standard, express, durable = (
        prices.step_functions_standard, prices.step_functions_express, prices.durable_functions,
    )  # fmt: skip
    express_gb_seconds = express.memory_mb / 1024.0 * seconds
    return {
        "step_functions_standard": standard.per_million_transitions + function,
        "step_functions_express": express.per_million_requests / max(1.0, steps)
        + express_gb_seconds * express.per_million_gb_seconds
        + function,
        # A step is an operation within one invocation: of the function only its time is paid.
        "durable_functions": durable.per_million_operations
        + durable.per_gb_written * size * _MILLION / 1024**3
        + gb_seconds * per_million["lambda.gb_second"],
    }


def monthly(settings: Settings, prices: Prices) -> dict[str, float]:
    """USD of 30 days in which nothing happens: what Lambda and a timer ask for all the same."""
    minutes = 30 * 24 * 60
    idle: dict[str, float] = {}
    polled = {source.kind for source in (settings.stream, settings.primary_retry_source) if source is not None}
    if polled & {"sqs", "sns"}:
        # An event source mapping keeps 5 long polls of 20 seconds open.
        idle["sqs"] = 5 * 3 * minutes * prices.per_million["sqs.request"] / _MILLION
    if settings.primary_retry_source is not None and settings.primary_retry_source.kind == "dynamodb":
        # A timer's look, once a minute, asks every shard.
        reads = settings.retry_shards * minutes
        idle["dynamodb"] = reads * prices.per_million["dynamodb.read_unit"] / _MILLION
        idle["lambda"] = minutes * prices.per_million["lambda.request"] / _MILLION
    return idle
