"""Changes that nobody notices, each with the reason why nobody needs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

JUSTIFIED: Mapping[str, Sequence[str]] = {}
"""By reason; each as `Mutant.name` has it."""
