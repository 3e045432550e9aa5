"""Pages of the reference that are made from the code: ``python -m fsm_bootstrap.reference PAGE``."""
