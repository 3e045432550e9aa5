"""What a file says of a machine's earlier definitions."""

from __future__ import annotations

import pytest

from tests.unit.fsm_bootstrap.project import Project

ACTIONS = """
def price(context):
    return {**context, "price": 1}

def pay(context, step):
    return "paid"

number = 3
"""


def text(past: str) -> str:
    return f"""machines:
- name: orders
{past}
  states:
  - name: bill
    initial: true
    do_action: acts.pay
    transitions:
    - event: paid
      target: end
  - name: end
    final: true
"""


def test_renames_and_migrations_are_those_of_the_machine(project: Project) -> None:
    project.write("acts.py", ACTIONS)
    for migrate in ("acts.price", "[acts.price]"):
        project.write("fsm.yaml", text(f"  renamed: {{charge: bill, ok: paid}}\n  migrate: {migrate}"))
        orders = project.load().machines[0]
        assert dict(orders.renamed) == {"charge": "bill", "ok": "paid"}
        assert list(orders.migrations) == ["price"]
        assert orders.migrations["price"]({}) == {"price": 1}


@pytest.mark.parametrize(
    ("past", "problem"),
    [
        ("  renamed: {charge: bil}", "fsm.yaml:3: renamed: 'charge' became 'bil'"),
        ("  renamed: [charge]", "fsm.yaml:3: 'renamed' must be a mapping of old names to new ones; it is a list"),
        ("  renamed: {charge: 3}", "fsm.yaml:3: 'charge' must be text; it is a number; quote it"),
        ("  migrate: acts.prise", "fsm.yaml:3: cannot import 'acts.prise': acts.py has no 'prise'"),
        ("  migrate: acts.number", "fsm.yaml:3: 'acts.number' cannot migrate a context: it is no function, but 3"),
        ("  migrate: price", "fsm.yaml:3: 'migrate' must be a dotted path, module.name, not 'price'"),
        ("  migrate: [acts.price, acts.price]", "fsm.yaml:3: migrate: two functions are called price"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told_in_its_line(project: Project, past: str, problem: str) -> None:
    project.write("acts.py", ACTIONS)
    assert [line for line in project.problems_of(text(past)) if line.startswith(problem)]
