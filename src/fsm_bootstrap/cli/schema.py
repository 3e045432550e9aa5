"""``fsm schema``: the schema of fsm.yaml that the wheel brings along."""

from __future__ import annotations

from importlib.resources import files

NAME = "fsm.schema.json"


def schema() -> str:
    """Its text; ``python -m fsm_bootstrap.reference schema`` makes it anew from the loader's keys."""
    # By the outer package: to import fsm_bootstrap.yaml takes the loader along, which nobody needs here.
    return files("fsm_bootstrap").joinpath("yaml", NAME).read_text(encoding="utf-8")
