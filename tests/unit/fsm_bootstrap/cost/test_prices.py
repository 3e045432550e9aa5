"""The price table and whoever replaces it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fsm_bootstrap.cost.prices import BUILT_IN, PricesError, load_prices


def test_the_built_in_table_says_where_and_when_it_holds() -> None:
    prices = load_prices()
    assert (prices.region, prices.date) == ("us-east-1", "2026-11-22")
    assert prices.source


def test_own_prices_replace_those_that_they_name(tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text('{"region": "eu-west-1", "per_million": {"sqs.request": 0.5}}', encoding="utf-8")
    prices = load_prices(own)
    assert prices.region == "eu-west-1"
    assert prices.per_million == {**load_prices().per_million, "sqs.request": 0.5}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "holds no prices"),
        ("a: [", "is no YAML"),
        ("per_million: {sqs.requests: 1}", "per_million has no 'sqs.requests'"),
        ("per_million: {sqs.request: cheap}", "per_million.sqs.request"),
        ("per_million: 3", "per_million"),
        ("durable_functions: {per_gb_written: -1}", "durable_functions.per_gb_written"),
        ("surprise: 1", "surprise"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_place(tmp_path: Path, text: str, said: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(PricesError, match=f"^{own}: ") as caught:
        load_prices(own)
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PricesError, match="cannot be read"):
        load_prices(tmp_path / "none.yaml")


def test_the_form_is_a_file_to_copy(tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_text(BUILT_IN.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_prices(copy) == load_prices()
