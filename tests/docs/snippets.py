"""The code blocks of a page."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sybil import Document, Region
from sybil.parsers.markdown import CodeBlockParser


class Snippet(NamedTuple):
    """One code block."""

    language: str
    text: str
    line: int
    """Of its first line of code in the page, from 1."""


def snippets(page: Path, *languages: str) -> list[Snippet]:
    """Those in one of these languages, in order."""
    text = page.read_text(encoding="utf-8")
    found: list[tuple[Region, str]] = []
    for language in languages:
        parser = CodeBlockParser(language, evaluator=lambda _: None)
        found += ((region, language) for region in parser(Document(text, str(page))))
    found.sort(key=lambda one: one[0].start)
    return [Snippet(language, str(r.parsed), text.count("\n", 0, r.start) + 2) for r, language in found]
