"""Rows that are written as they come."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_bootstrap.cli.output import Format, Row, cells, put_columns, put_table


class RowStream:
    """A table, JSON lines, or a JSON array, which is written when it ends.

    A table's columns are as wide as what has come so far asks for; without `heads` it has no first line.
    """

    def __init__(self, form: Format, columns: Sequence[str], *, heads: bool = True) -> None:
        self._form, self._columns, self._heads = form, columns, heads
        self._widths: Sequence[int] = ()
        self._rows: list[Row] = []

    def put(self, rows: Sequence[Row]) -> None:
        """Write some more."""
        if self._form is Format.JSON:
            self._rows += rows
        elif self._form is Format.JSONL:
            put_table(rows, self._form, ())
        elif rows:
            heads = [[column.upper() for column in self._columns]] if self._heads and not self._widths else []
            self._widths = put_columns([*heads, *cells(rows, self._columns)], self._widths)

    def end(self) -> None:
        """Write what is left."""
        if self._form is Format.JSON:
            put_table(self._rows, self._form, ())
