"""Real workers and real servers that are killed, stopped, restarted and cut off at random, and what became of it all.

    python -m tests.e2e.chaos --minutes 60 --seed 7

`setups` names what runs; `round` strikes at it; `verdict` reads what is left.
"""
