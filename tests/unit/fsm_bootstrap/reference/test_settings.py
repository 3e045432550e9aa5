"""The settings page is current, and complete."""

from __future__ import annotations

from pathlib import Path

from fsm_bootstrap.reference.settings import page
from fsm_bootstrap.registry import BUILT_IN
from fsm_bootstrap.settings import Settings

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "settings.md"


def test_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "python -m fsm_bootstrap.reference settings > docs/reference/settings.md"
    )


def test_every_setting_and_every_kind_of_source_is_on_the_page() -> None:
    text = page()
    assert [name for name in Settings.model_fields if f"| `{name.upper()}` |" not in text] == []
    assert [kind for _, kind in BUILT_IN if f"\n| {kind} | " not in text] == []
