from __future__ import annotations

from fsm_bootstrap.diagram import Marks, picture
from fsm_bootstrap.diagram.ascii import ascii_art
from tests.unit.fsm_bootstrap.diagram.machines import asked, chain

WHOLE = """\
ask

(*) --> asked

+---------------+
| asked         |  <-- was here
+---------------+
| entry / greet |
+---------------+
    yes (1h later) -----> pay
    no / note ----------> refused
    after 3d -----------> late
    retries exhausted --> (x) the machine fails

+------------------------+
| pay                    |  <== is here
+------------------------+
| do / pay (at most 20s) |
| exit / note            |
+------------------------+
    paid (local) --------> given
    declined ------------> refused
    declined (failure) --> refused

+-----------+
| given     |
+-----------+
| do / note |
+-----------+
    retries exhausted --> (x) the machine fails
    --> (o)

+---------+
| refused |
+---------+
    retries exhausted --> (x) the machine fails
    --> (o)

+------+
| late |
+------+
    --> (o)
"""


def test_a_whole_machine_with_the_way_of_an_instance() -> None:
    drawn = ascii_art(picture(asked, Marks("pay", visited=frozenset({"asked", "pay"}))))
    assert drawn == WHOLE
    assert drawn.isascii()


def test_an_instance_that_stopped() -> None:
    assert "| pay                    |  <== has stopped here\n" in ascii_art(picture(asked, Marks("pay", stopped=True)))


def test_wide_letters_take_two_columns() -> None:
    assert "+------+\n| 状態 |\n+------+\n" in ascii_art(picture(chain(("状態", "end"))))
