"""Machines under faults: the real dispatcher, on a virtual clock, with every call of a port at the mercy of a seed."""
