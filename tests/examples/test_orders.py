"""The orders example: paid after a retry, declined, out of stock; and as a person runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from examples.orders.machines import BankTimeout, Order, orders
from fsm_bootstrap.testing import run_in_memory

PROJECT = Path(__file__).parents[2]


def test_an_order_is_shipped_after_the_bank_was_asked_twice() -> None:
    ran = run_in_memory(orders, Order())
    assert (ran.status, ran.state) == ("completed", "shipped")
    assert ran.states == ["reserve", "charge", "ship", "shipped"]
    assert [BankTimeout.__name__ in error for error in ran.errors] == [True]
    order = ran.context
    assert isinstance(order, Order)
    assert (order.payment or "").startswith("charge ")
    assert (order.parcel or "").startswith("parcel ")


def test_a_declined_card_gives_the_goods_back() -> None:
    ran = run_in_memory(orders, Order(card="4000-declined"))
    assert ran.states == ["reserve", "charge", "release", "cancelled"]


def test_what_is_out_of_stock_is_cancelled_at_once() -> None:
    assert run_in_memory(orders, Order(cents=0)).states == ["reserve", "cancelled"]


@pytest.mark.timeout(120)
def test_the_command_line_shows_transitions_the_retry_and_the_result(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fsm_bootstrap.cli", "run", str(PROJECT / "examples" / "orders"), "-o", "json"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "retry 1" in ran.stderr
    assert "paid -> ship" in ran.stderr
    record = json.loads(ran.stdout)
    assert (record["status"], record["state"]) == ("completed", "shipped")
