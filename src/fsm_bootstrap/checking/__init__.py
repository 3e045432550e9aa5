"""What can be said about machines before they run: their structure, and through mypy their types."""

from fsm_bootstrap.checking.checks import Checked, check
from fsm_bootstrap.checking.finding import Finding, Severity

__all__ = ["Checked", "Finding", "Severity", "check"]
