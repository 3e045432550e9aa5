"""What docs/proof.md shows of a campaign."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.proof.campaign import OURS, THEIRS, Cell, Sample
from tests.proof.oracle import Found
from tests.proof.rows import Row

_HEAD = (
    "what goes wrong", "original: lost", "measured before", "original: doubled", "here: lost", "here: doubled",
    "here: runs again",
)  # fmt: skip


def table(rows: Sequence[Row], samples: Mapping[Cell, Sample]) -> Iterator[str]:
    """Lines of Markdown; of 1,000 machines, in the best and in the worst of the set-ups."""
    yield f"| {' | '.join(_HEAD)} |"
    yield f"|---|{'---:|' * (len(_HEAD) - 1)}"
    for row in rows:
        theirs, mine = _of(THEIRS, row, samples), _of(OURS, row, samples)
        measured = "" if row.measured is None else _range(*row.measured)
        cells = (
            row.name, _share(theirs, lambda found: found.lost), measured, _share(theirs, lambda found: found.doubled),
            _share(mine, lambda found: found.lost), _share(mine, lambda found: found.doubled),
            _share(mine, lambda found: found.again),
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"


def share(number: int, found: Found) -> int:
    """Of 1,000 machines."""
    return round(1000 * number / found.machines) if found.machines else 0


def _of(framework: str, row: Row, samples: Mapping[Cell, Sample]) -> list[Found]:
    return [sample.found for cell, sample in samples.items() if (cell.framework, cell.row) == (framework, row.name)]


def _share(all_found: Sequence[Found], number: Callable[[Found], int]) -> str:
    shares = [share(number(found), found) for found in all_found]
    return _range(min(shares), max(shares)) if shares else ""


def _range(best: int, worst: int) -> str:
    return f"{best:,}" if best == worst else f"{best:,}..{worst:,}"
