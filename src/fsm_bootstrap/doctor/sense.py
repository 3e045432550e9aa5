"""Do the settings go well together?"""

from __future__ import annotations

from collections.abc import Iterator

from fsm_bootstrap.application import App
from fsm_bootstrap.doctor.finding import Finding, Level
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.settings.checks import notes
from fsm_domain.runtime.recoverer import smallest_age


def settings_found(settings: Settings) -> Iterator[Finding]:
    """Each by itself."""
    for note in notes(settings):
        yield Finding(Level.WARNING, note.partition(" ")[0], note.partition(" ")[2])
    if settings.chaos or settings.aws_chaos:
        yield Finding(Level.WARNING, "CHAOS", "calls fail on purpose", "unset it where machines are real")


def together_found(app: App) -> Iterator[Finding]:
    """What one says about another."""
    yield _emission(app)
    yield from _homes(app.settings)
    yield from _sizes(app)
    yield from _waiting(app)
    yield _recovery(app)
    if app.settings.primary_cache_source is None:
        yield Finding(Level.NOTE, "PRIMARY_CACHE_SOURCE", "is unset: a step may run twice, and is committed once")


def _emission(app: App) -> Finding:
    if app.store.emits:
        return Finding(Level.NOTE, "PRIMARY_CHECKPOINT_SOURCE", "a commit is also the next message: one write a step")
    return Finding(Level.NOTE, "PRIMARY_STREAM_SOURCE", "each commit is followed by a message of its own")


def _homes(settings: Settings) -> Iterator[Finding]:
    second = settings.secondary_checkpoint_source
    if second is None or second.identity == settings.checkpoint.identity:
        return
    subject = f"SECONDARY_CHECKPOINT_SOURCE={second.shown}"
    if settings.has_second_home:
        yield Finding(Level.NOTE, subject, "takes new machines while the primary is down; those in the primary wait")
        return
    yield Finding(
        Level.WARNING,
        subject,
        "is taken for a replica of the same table, and takes over whole",
        "make sure that the table is a global one with strong consistency (MRSC): one that copies later would let a "
        "step be committed twice",
    )


def _sizes(app: App) -> Iterator[Finding]:
    """A message that fits one road and not the other goes thin: without its context, which is read from the record."""
    sizes = {bus.max_bytes for bus in app.buses}
    if len(sizes) > 1:
        yield Finding(
            Level.NOTE,
            "SECONDARY_STREAM_SOURCE",
            f"takes messages of other sizes than the primary ({min(sizes)} and {max(sizes)} bytes): larger ones travel "
            "without their context, which is read from the record then",
        )


def _waiting(app: App) -> Iterator[Finding]:
    if app.post.holds or app.store.can_hold:
        return
    yield Finding(
        Level.WARNING,
        "PRIMARY_RETRY_SOURCE",
        "nothing can hold a message: retries are made at once, and no machine may have deadlines or delays",
        "set it to a DynamoDB table or an SQS queue",
    )


def _recovery(app: App) -> Finding:
    age = smallest_age(app.machines, app.settings.longest_claim)
    return Finding(
        Level.NOTE,
        "CLAIM_SECONDS",
        f"fsm recover leaves alone what moved in the last {age:g} s: a machine may take so long for a run and its "
        "retries",
    )
