"""What an editor shows of the typed API: everything that is exported explains itself."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import fsm_domain

MACHINE = Path(fsm_domain.__file__).parent / "machine"


def public_members() -> Iterator[str]:
    for name in fsm_domain.__all__:
        exported = getattr(fsm_domain, name)
        if inspect.isclass(exported) and exported.__module__.startswith("fsm_domain"):
            functions = (member for member, value in vars(exported).items() if inspect.isfunction(value))
            yield from (f"{name}.{member}" for member in functions if not member.startswith("_"))


def explained() -> set[str]:
    """Names, and fields of classes as ``Class.field``, with a text behind them: what an editor shows for a field."""
    found = set[str]()
    for path in MACHINE.glob("*.py"):
        for owner in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(owner, ast.Module | ast.ClassDef | ast.FunctionDef):
                for line, after in zip(owner.body, owner.body[1:], strict=False):
                    if isinstance(line, ast.AnnAssign | ast.Assign) and isinstance(after, ast.Expr):
                        target = line.target if isinstance(line, ast.AnnAssign) else line.targets[0]
                        prefix = f"{owner.name}." if isinstance(owner, ast.ClassDef) else ""
                        found.add(prefix + ast.unparse(target))
    return found


@pytest.mark.parametrize("name", fsm_domain.__all__)
def test_every_exported_name_has_a_text(name: str) -> None:
    exported = getattr(fsm_domain, name)
    own = inspect.isclass(exported) or inspect.isfunction(exported)
    assert exported.__doc__ if own else name in explained()


@pytest.mark.parametrize("member", [*public_members()])
def test_every_public_method_has_a_text(member: str) -> None:
    owner, _, name = member.partition(".")
    assert getattr(getattr(fsm_domain, owner), name).__doc__


@pytest.mark.parametrize(
    "field",
    [
        "Machine.name", "Machine.context", "Machine.initial", "Machine.states", "Machine.retry", "Machine.max_steps",
        "Node.name", "Node.entry", "State.exit", "State.retry", "RetryPolicy.max_retries", "RetryPolicy.base",
        "RetryPolicy.cap", "RetryPolicy.never", "Work.image", "Transition.local", "Transition.delay",
        "self.machine", "self.correlation_id", "self.number", "self.retries", "self.fencing_token", "self.record",
        "self.lambda_context",
    ],
)  # fmt: skip
def test_every_parameter_that_a_user_gives_or_reads_has_a_text(field: str) -> None:
    assert field in explained()


def test_what_the_signatures_mention_is_exported() -> None:
    mentioned = {"Action", "Node", "Reported", "RetryPolicy", "Step", "Transition", "Work"}
    assert mentioned <= set(fsm_domain.__all__)


def test_what_the_engine_raises_at_a_machine_is_exported() -> None:
    from fsm_domain.machine import errors

    raised = {name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, Exception)}
    assert raised <= set(fsm_domain.__all__)
