"""Who holds a record: the receipt of a delivery."""

from __future__ import annotations


class RecordClaim:
    """The receipt of one delivery of a record, which bears the same token for as long as the claim lasts.

    `is_past` is set where this process has itself committed the step away: settling then has nothing left to settle.
    `held_until` is until when it is known to hold the record back, epoch seconds: as received, or longer by a commit
    since; 0: that is not known.
    """

    __slots__ = ("correlation_id", "held_until", "is_past", "step", "token")

    def __init__(self, correlation_id: str, step: int, token: str, held_until: float) -> None:
        self.correlation_id, self.step, self.token = correlation_id, step, token
        self.is_past = False
        self.held_until = held_until
