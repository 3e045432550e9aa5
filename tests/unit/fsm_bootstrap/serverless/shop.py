"""An application in memory, for tests of what a function is invoked with."""

from __future__ import annotations

from typing import Literal

from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_bootstrap.application import App, build_application, build_worker
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.source import Source
from fsm_domain import FinalState, Machine, State, Step

Order = dict[str, object]


def pack(order: Order, step: Step) -> Literal["packed"]:
    order["packed"] = True
    return "packed"


def orders() -> Machine[str, Order]:
    state, final = State[str, Order], FinalState[str, Order]
    return Machine[str, Order](
        "orders", dict, initial="pack",
        states=[state("pack").on("packed", "ask").do(pack), state("ask").on("yes", "end"), final("end")],
    )  # fmt: skip


def shop() -> App:
    settings = ExplicitSettings(primary_stream_source=Source("memory://"))
    return build_application(settings, [orders()], clock=VirtualClock(), random=SeededRandom(1))


def work(app: App) -> None:
    """Until nothing is left to do."""
    worker = build_worker(app)
    while worker.run_once():
        pass
