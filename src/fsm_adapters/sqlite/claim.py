"""Who holds a record: the receipt of a delivery."""

from __future__ import annotations


class RecordClaim:
    """The receipt of one delivery of a record, which bears the same token for as long as the claim lasts.

    `is_past` is set where this process has itself committed the step away: settling then has nothing left to settle.
    `ready_at` is when the record comes again, as this process last wrote it.
    """

    __slots__ = ("correlation_id", "is_past", "ready_at", "step", "token")

    def __init__(self, correlation_id: str, step: int, token: str, ready_at: float) -> None:
        self.correlation_id, self.step, self.token, self.ready_at = correlation_id, step, token, ready_at
        self.is_past = False
