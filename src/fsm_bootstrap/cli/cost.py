"""``fsm cost``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from fsm_bootstrap.cli.contexts import context_of
from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.output import Format, Row, put, put_columns, put_one, say
from fsm_bootstrap.cli.session import begin, find_machine

if TYPE_CHECKING:
    from fsm_bootstrap.cost.bill import Bill
    from fsm_bootstrap.cost.prices import Prices
    from fsm_bootstrap.settings import Settings

_OTHERS: Final = {
    "step_functions_standard": "Step Functions Standard",
    "step_functions_express": "Step Functions Express",
    "durable_functions": "Lambda durable functions",
}


class Wish(NamedTuple):
    """What was asked for."""

    spec: str
    machine: str | None
    prices: Path | None
    memory: int
    milliseconds: float
    steps: int
    context: str | None
    real_actions: bool


def tell_cost(wish: Wish, form: Format) -> int:
    """Run the machine, and put what it costs."""
    from fsm_adapters.codec.json_codec import JsonCodec
    from fsm_bootstrap.cost.bill import bills
    from fsm_bootstrap.cost.prices import PricesError, load_prices

    settings = begin()
    machine, _ = find_machine(wish.spec, wish.machine, settings)
    try:
        prices = load_prices(wish.prices)
    except PricesError as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    if wish.context is not None and not wish.real_actions:
        raise CommandError(Exit.USAGE, "--context is for your own actions", "add --real-actions")
    context = context_of(wish.context, machine, JsonCodec()) if wish.real_actions else None
    found = bills(
        machine, settings, prices, memory_mb=wish.memory, milliseconds=wish.milliseconds, steps=wish.steps,
        context=context, real_actions=wish.real_actions,
    )  # fmt: skip
    if not any(bill.transitions for bill in found):
        raise CommandError(Exit.FAILED, f"{machine.name} made no transition", "try it with: fsm run")
    _warn(settings, found)
    if form is Format.TEXT:
        _put_text(machine.name, wish, prices, settings, found)
    else:
        put_one(_row(machine.name, wish, prices, settings, found), form)
    return Exit.OK


def _warn(settings: Settings, found: Sequence[Bill]) -> None:
    from fsm_bootstrap.cost.services import known
    from fsm_bootstrap.uses import uses

    for use in uses(settings):
        if not known(use.source.kind):
            say(f"warning: {use.variable}={use.source.shown}: what {use.source.kind} costs is not known, and not in it")
    if all(set(bill.usd) <= {"lambda"} for bill in found):
        say("note: nothing that is set is paid by the request; set the sources of your deployment")


def _put_text(machine: str, wish: Wish, prices: Prices, settings: Settings, found: Sequence[Bill]) -> None:
    from fsm_bootstrap.cost.bill import monthly

    services = sorted({service for bill in found for service in bill.usd})
    put(
        f"{machine}: USD a million transitions ({prices.region}, {prices.date}); function of {wish.memory} MB,"
        f" {wish.milliseconds:g} ms an invocation"
    )
    heads = ["BATCH", "RECORD", "CONTEXT", "CALLS", "POLLS", "WRITE UNITS", *map(str.upper, services), "USD"]
    lines = [heads]
    for bill in found:
        usd = [f"{bill.usd.get(service, 0.0):.2f}" for service in services]
        write_units = bill.units.get("dynamodb.write_unit", 0.0)
        lines.append([
            str(bill.batch), f"{bill.size // 1024} KB", f"{bill.context_bytes} B", f"{sum(bill.calls.values()):.2f}",
            f"{sum(bill.polls.values()):.2f}", f"{write_units:.2f}", *usd, f"{bill.total:.2f}",
        ])  # fmt: skip
    put_columns(lines)
    put("")
    put_columns(
        [
            ["ELSEWHERE", *(f"{size // 1024} KB" for size in _elsewhere(wish, prices, found))],
            *_other_lines(_elsewhere(wish, prices, found)),
        ]
    )
    for service, usd_a_month in monthly(settings, prices).items():
        put(f"{service}: {usd_a_month:.2f} USD a month beside it, whether anything happens or not")


def _other_lines(elsewhere: Mapping[int, Mapping[str, float]]) -> list[list[str]]:
    return [[title, *(f"{usd[name]:.2f}" for usd in elsewhere.values())] for name, title in _OTHERS.items()]


def _elsewhere(wish: Wish, prices: Prices, found: Sequence[Bill]) -> dict[int, dict[str, float]]:
    """By size, what others ask for."""
    from fsm_bootstrap.cost.bill import others

    steps = next(bill.transitions / bill.batch for bill in found)
    sizes = dict.fromkeys(bill.size for bill in found)
    return {size: others(prices, size, steps, wish.memory, wish.milliseconds) for size in sizes}


def _row(machine: str, wish: Wish, prices: Prices, settings: Settings, found: Sequence[Bill]) -> Row:
    from fsm_bootstrap.cost.bill import monthly

    return {
        "machine": machine,
        "memory_mb": wish.memory,
        "milliseconds": wish.milliseconds,
        "set_ups": [
            {
                "batch": bill.batch,
                "record_bytes": bill.size,
                "context_bytes": bill.context_bytes,
                "transitions": bill.transitions,
                "calls": dict(bill.calls),
                "polls": dict(bill.polls),
                "units": dict(bill.units),
                "write_units": bill.units.get("dynamodb.write_unit", 0.0),
                "usd_per_million": {**bill.usd, "total": bill.total},
            }
            for bill in found
        ],
        "others": [{"record_bytes": size, **usd} for size, usd in _elsewhere(wish, prices, found).items()],
        "usd_per_month_idle": monthly(settings, prices),
        "prices": {"region": prices.region, "date": prices.date, "source": prices.source},
    }
