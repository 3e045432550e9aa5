"""Two checkpoint stores that know nothing of each other: a record lives in one, its home."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from fsm_ports.checkpoint_store import CheckpointStore, InstanceQuery, Page
from fsm_ports.errors import PortError, PortRejected
from fsm_ports.instance import Instance
from fsm_ports.results import CommitResult
from fsm_ports.writes import Commit, Mark

T = TypeVar("T")
R = TypeVar("R")

PRIMARY_HOME = ""
SECONDARY_HOME = "2"


def named_after(home: str, correlation_id: str) -> str:
    """An id that tells where its record lives, so that whoever repeats a start with it goes to the same store."""
    return f"{correlation_id}@{home}" if home else correlation_id


def home_of(correlation_id: str, homes: Collection[str]) -> str:
    """The home that the id is named after; the primary for all others, a caller's own ids among them."""
    home = correlation_id.rpartition("@")[2]
    return home if home != correlation_id and home in homes else PRIMARY_HOME


class HomedCheckpointStore(CheckpointStore):
    """Sends each write to the home that the record names; nothing is ever written to both, so nothing can fork.

    While a home is down its instances wait for it.  A record without a name lives in the primary.  `emits` and
    `can_hold` are false: two homes share no stream.
    """

    emits = False
    can_hold = False

    def __init__(self, primary: CheckpointStore, secondary: CheckpointStore) -> None:
        self._at = {PRIMARY_HOME: primary, SECONDARY_HOME: secondary}
        self.keeps_history = primary.keeps_history and secondary.keeps_history

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        return self._each(commits, [c.instance.home for c in commits], lambda store, some: store.commit(some))

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        return self._each(marks, [m.home for m in marks], lambda store, some: store.mark(some))

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        if homes:
            return self._each(correlation_ids, homes, lambda store, some: store.read(some))
        return [self._search(correlation_id) for correlation_id in correlation_ids]

    def find(self, query: InstanceQuery) -> Page | PortError:
        """Pages through the primary, then the secondary."""
        homes = list(self._at)
        home, _, rest = (query.cursor or f"{PRIMARY_HOME}/").partition("/")
        if home not in self._at:
            return PortRejected(f"cursor {query.cursor!r} was not made by this store")
        page = self._at[home].find(query._replace(cursor=rest or None))
        if isinstance(page, PortError):
            return page
        if page.cursor is not None:
            return page._replace(cursor=f"{home}/{page.cursor}")
        following = homes[homes.index(home) + 1 :]
        return page._replace(cursor=f"{following[0]}/") if following else page

    def _search(self, correlation_id: str) -> Instance | None | PortError:
        """For an operator, who has no message that names the home: absent only if both say so."""
        answers = [store.read([correlation_id])[0] for store in self._at.values()]
        for answer in answers:
            if isinstance(answer, Instance):
                return answer
        return next((answer for answer in answers if answer is not None), None)

    def _each(
        self,
        items: Sequence[T],
        homes: Sequence[str],
        call: Callable[[CheckpointStore, Sequence[T]], Sequence[R | PortError]],
    ) -> list[R | PortError]:
        results: list[R | PortError] = [PortRejected(f"no checkpoint store is called {home!r}") for home in homes]
        for name, store in self._at.items():
            mine = [n for n, home in enumerate(homes) if home == name]
            if mine:
                for n, result in zip(mine, call(store, [items[n] for n in mine]), strict=True):
                    results[n] = result
        return results
