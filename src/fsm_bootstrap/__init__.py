"""Settings, wiring, the fsm.yaml loader and the entry points."""
