"""Has pytest explain the assertions of the suites as it explains those of a test module."""

import pkgutil
from pathlib import Path

import pytest

pytest.register_assert_rewrite(
    *(f"fsm_contract.{module.name}" for module in pkgutil.iter_modules([str(Path(__file__).parent)])
      if module.name != "_rewrite")
)  # fmt: skip
