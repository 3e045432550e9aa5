"""Factories of the built-in back ends: what `fsm_bootstrap.registry` leads to."""
