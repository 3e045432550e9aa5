"""``python -m fsm_bootstrap.cli``: the command line of this very interpreter."""

from fsm_bootstrap.cli.main import main

main()
