"""Messages that wait for their time and are claimed for a while: what a queue and a retry table have in common."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, NamedTuple

_SPARE: Final = 256
"""So many times that are out of date are left where they are, and as many again as there are entries: claims that were
settled long before they would have ended."""


class Receipt(NamedTuple):
    """The claim token of a delivery."""

    key: Hashable
    claim: int


@dataclass(slots=True)
class Entry:
    """One message."""

    text: str
    number: int
    """Given once, to this message alone."""
    due: float
    """When it was first to be delivered."""
    visible_at: float
    received: int = 0
    claim: int = 0
    """The claim under which it is held; 0: nobody's, or one that was settled."""


class Shelf:
    """Entries by their key; the owner sees to it that one thread at a time is in here."""

    def __init__(self) -> None:
        self._entries: dict[Hashable, Entry] = {}
        self._order: list[tuple[float, int, Hashable]] = []  # a heap; what is not an entry's own time is out of date
        self._numbers, self._claims = itertools.count(1), itertools.count(1)

    def put(self, key: Hashable, text: str, due: float) -> Entry:
        """A new entry; it takes the place of an older one under the key, and no claim on that holds for it."""
        entry = self._entries[key] = Entry(text, next(self._numbers), due, due)
        self._show(key, entry, due)
        return entry

    def first_due(self, now: float) -> tuple[Hashable, Entry] | None:
        """The entry that has been due for longest."""
        first = self._first()
        return first if first is not None and first[1].visible_at <= now else None

    def next_at(self) -> float | None:
        """When the next entry is, or was, due; None: there is none."""
        first = self._first()
        return None if first is None else first[1].visible_at

    def entries(self) -> list[Entry]:
        """All of them, in the order in which they came; to be looked at, not changed."""
        return list(self._entries.values())

    def take(self, key: Hashable) -> Entry:
        """Out of sight until it is claimed or forgotten, so that it is not found due twice."""
        entry = self._entries[key]
        entry.visible_at = math.inf
        return entry

    def claim(self, key: Hashable, visible_until: float) -> Receipt:
        entry = self._entries[key]
        entry.received += 1
        entry.claim = next(self._claims)
        self._show(key, entry, visible_until)
        return Receipt(key, entry.claim)

    def held(self, receipt: object) -> bool:
        """Whether the claim still holds: neither settled, nor passed on, nor its message replaced."""
        if not isinstance(receipt, Receipt):
            return False
        entry = self._entries.get(receipt.key)
        return entry is not None and entry.claim == receipt.claim

    def extend(self, receipt: object, visible_until: float) -> bool:
        """False where the claim is lost."""
        if not isinstance(receipt, Receipt) or not self.held(receipt):
            return False
        self._show(receipt.key, self._entries[receipt.key], visible_until)
        return True

    def free(self, receipt: object, visible_at: float) -> None:
        """Ends the claim, if it holds; the message is due again at that time."""
        if isinstance(receipt, Receipt) and self.held(receipt):
            self._entries[receipt.key].claim = 0
            self._show(receipt.key, self._entries[receipt.key], visible_at)

    def forget(self, receipt: object) -> None:
        """Removes the message, if the claim on it holds."""
        if isinstance(receipt, Receipt) and self.held(receipt):
            del self._entries[receipt.key]

    def discard(self, key: Hashable) -> None:
        del self._entries[key]

    def _first(self) -> tuple[Hashable, Entry] | None:
        while self._order:
            visible_at, number, key = self._order[0]
            entry = self._entries.get(key)
            if entry is not None and entry.visible_at == visible_at and entry.number == number:
                return key, entry
            heapq.heappop(self._order)
        return None

    def _show(self, key: Hashable, entry: Entry, at: float) -> None:
        entry.visible_at = at
        heapq.heappush(self._order, (at, entry.number, key))
        if len(self._order) > 2 * len(self._entries) + _SPARE:
            self._order = [(entry.visible_at, entry.number, key) for key, entry in self._entries.items()]
            heapq.heapify(self._order)
