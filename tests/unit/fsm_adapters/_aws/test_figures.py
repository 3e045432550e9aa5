"""Figures are added up by kind, and taken once."""

from __future__ import annotations

import math

import pytest

from fsm_adapters._aws.figures import Figures, Kind, checked_namespace
from fsm_contract.suite import at_once
from fsm_ports import PortMisconfigured

CHARGE = Kind("retry", "orders", "charge", "paid")
TIME = Kind("action", "orders", "charge", "paid")


def test_counts_of_one_kind_are_added_and_of_two_kinds_are_not() -> None:
    figures = Figures()
    for value in (1, 2):
        figures.count(CHARGE, value)
    figures.count(CHARGE._replace(event=""), 5)
    assert figures.take().counts == {CHARGE: 3, CHARGE._replace(event=""): 5}


def test_times_are_told_apart_with_how_often_they_came() -> None:
    figures = Figures()
    for seconds in (0.5, 1.0, 0.5):
        figures.time(TIME, seconds)
    assert figures.take().times == {TIME: {0.5: 2, 1.0: 1}}


def test_what_was_taken_is_not_taken_again() -> None:
    figures = Figures()
    figures.count(CHARGE, 1)
    figures.time(TIME, math.nan)
    figures.take()
    assert figures.take() == ({}, {}, 0)


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -math.inf, 2.0**361])
def test_what_cloudwatch_would_refuse_is_left_out_and_counted(seconds: float) -> None:
    figures = Figures()
    figures.time(TIME, seconds)
    assert figures.take() == ({}, {}, 1)


def test_largest_figure_that_cloudwatch_takes_is_kept() -> None:
    figures = Figures()
    figures.time(TIME, 2.0**360)
    figures.count(CHARGE, 2**360)
    figures.count(CHARGE, 1)  # with it the sum would be too large
    assert figures.take() == ({CHARGE: 2**360}, {TIME: {2.0**360: 1}}, 1)


def test_no_count_of_a_thread_is_lost() -> None:
    figures = Figures()

    def count(_: int) -> None:
        for _ in range(500):
            figures.count(CHARGE, 1)

    at_once(8, count)
    assert figures.take().counts == {CHARGE: 4000}


def test_dimensions_have_no_empty_values_and_are_ascii_of_at_most_1024_characters() -> None:
    assert CHARGE.dimensions == {"machine_name": "orders", "current_state": "charge", "current_event": "paid"}
    odd = Kind("retry", "objednávky\n", "  ", "x" * 1025).dimensions
    assert odd == {"machine_name": "objedn\\xe1vky\\n", "current_event": "x" * 1024}


@pytest.mark.parametrize("namespace", ["fsm", "Shop/Orders-2.fsm_#:x", "x" * 255])
def test_namespace_that_cloudwatch_takes(namespace: str) -> None:
    assert checked_namespace(namespace) == namespace


@pytest.mark.parametrize("namespace", ["", "  ", ":fsm", "AWS/fsm", "fsm*", "x" * 256, "objednávky"])
def test_namespace_that_cloudwatch_refuses_is_refused_at_start(namespace: str) -> None:
    with pytest.raises(PortMisconfigured, match="namespace of CloudWatch"):
        checked_namespace(namespace)
