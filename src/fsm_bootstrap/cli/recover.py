"""``fsm recover``."""

from __future__ import annotations

from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.output import Format, put, put_one
from fsm_bootstrap.cli.session import begin, load, open_app, spec_of
from fsm_bootstrap.settings import Settings
from fsm_domain.runtime.recoverer import smallest_age

_LIMIT = 1000


def recover_instances(spec: str | None, age: float | None, form: Format) -> None:
    """Take in hand whatever has not moved for `age` seconds; prints how many."""
    settings = begin()
    app = open_app(settings, load(spec_of(spec, settings)))
    smallest = smallest_age(app.machines, settings.longest_claim)
    if age is not None and age < smallest:
        raise CommandError(
            Exit.USAGE,
            f"--age {age:g}: a machine may take {smallest:g} s for a run and its retries",
            f"--age {smallest:g} or more, or shorter retries{_or_say_less(settings)}",
        )
    recovered = 0
    while (some := app.recoverer.recover(age if age is not None else smallest, _LIMIT)) > 0:
        recovered += some
    put(str(recovered)) if form is Format.TEXT else put_one({"recovered": recovered}, form)


def _or_say_less(settings: Settings) -> str:
    """Where the claim is what Lambda allows, for want of anything that is known."""
    if settings.longest_claim == settings.claim_seconds:
        return ""
    return f"; a function may take {settings.longest_claim:g} s: if yours may not, CLAIM_SECONDS says how long"
