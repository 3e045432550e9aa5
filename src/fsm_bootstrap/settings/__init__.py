"""Everything that can be set, read once at start-up: from environment variables, or a module of settings."""

from __future__ import annotations

from fsm_bootstrap.settings.aws import Odds
from fsm_bootstrap.settings.loading import load_settings
from fsm_bootstrap.settings.settings import EMBEDDED_CHAIN, ExplicitSettings, Settings
from fsm_bootstrap.settings.work import LogLevel, Synchronous

__all__ = ["EMBEDDED_CHAIN", "ExplicitSettings", "LogLevel", "Odds", "Settings", "Synchronous", "load_settings"]
