"""Sources: URLs and ARNs."""

from __future__ import annotations

from pathlib import Path

import pytest

from fsm_bootstrap.source import Source


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sqlite:///.fsm/fsm.db", "sqlite"),
        ("memory://", "memory"),
        ("rediss://cache.example:6379/0", "rediss"),
        ("arn:aws:sqs:eu-west-1:123456789012:orders", "sqs"),
        ("arn:aws-cn:dynamodb:cn-north-1:123456789012:table/orders", "dynamodb"),
    ],
)
def test_kind_is_scheme_or_service(text: str, kind: str) -> None:
    assert Source(text).kind == kind


@pytest.mark.parametrize("text", ["", "orders", "sqlite:fsm.db", "arn:aws:sqs", "memory:// x", "C:\\fsm.db"])
def test_what_is_neither_url_nor_arn_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write a URL such as sqlite:///"):
        Source(text)


@pytest.mark.parametrize("text", ["sqlite://", "sqlite:///", "sqlite://fsm.db", "sqlite://host/fsm.db"])
def test_sqlite_url_without_a_file_says_how_to_name_one(text: str) -> None:
    with pytest.raises(ValueError, match="names no file; write sqlite:///relative"):
        Source(text)


def test_three_slashes_are_relative_and_four_absolute() -> None:
    assert Source("sqlite:///.fsm/fsm.db").path == Path(".fsm/fsm.db")
    assert Source("sqlite:////var/fsm.db").path == Path("/var/fsm.db")


def test_two_spellings_of_one_file_are_one_back_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Source("sqlite:///a/../fsm.db").identity == Source(f"sqlite:///{tmp_path}/fsm.db").identity
    assert Source("sqlite:///fsm.db").identity != Source("sqlite:///other.db").identity
