"""The command line, ``fsm``."""
