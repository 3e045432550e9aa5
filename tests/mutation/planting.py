"""Puts changed code in the place of what is imported, or is about to be."""

from __future__ import annotations

import ast
import builtins
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import cast

from tests.mutation.operators import Mutant, mutated

PROBE = "__probe__"


def replace_function(source: str, mutant: Mutant) -> None:
    """Everybody who has the function has the changed one from now on."""
    code = compile(mutated(source, mutant), sys.modules[mutant.module].__file__ or "", "exec", dont_inherit=True)
    function = _functions(sys.modules[mutant.module])[mutant.function]
    function.__code__ = _codes(code)[mutant.function]


def replace_module(source: str, mutant: Mutant) -> None:
    """For what is made at import: whoever imports the module from now on gets the changed one."""
    sys.meta_path.insert(0, _Changed(mutant.module, mutated(source, mutant)))


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, name: str, tree: ast.Module) -> None:
        self._name, self._tree = name, tree

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=f"<changed {fullname}>")

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._tree, f"<changed {self._name}>", "exec", dont_inherit=True), module.__dict__)


def probe(sources: Mapping[str, str], met: set[str]) -> None:
    """From now on each statement of a function that is reached puts its module and line into `met`.

    Greenlets and threads included, which a trace function would miss.
    """
    setattr(builtins, PROBE, met.add)
    for name, source in sources.items():
        module = sys.modules[name]
        tree = _Probing(name).visit(ast.parse(source))
        codes = _codes(compile(ast.fix_missing_locations(tree), module.__file__ or "", "exec", dont_inherit=True))
        for qualname, function in _functions(module).items():
            if qualname in codes:  # else a dataclass made it
                function.__code__ = codes[qualname]


class _Probing(ast.NodeTransformer):
    def __init__(self, module: str) -> None:
        self._module = module

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        for inner in ast.walk(node):
            for field in ("body", "orelse", "finalbody"):
                block = getattr(inner, field, None)
                if isinstance(block, list) and not isinstance(inner, ast.ClassDef):
                    statements = cast("list[ast.stmt]", block)
                    probed = [new for statement in statements for new in (self._call(statement), statement)]
                    setattr(inner, field, probed)
        return node

    def _call(self, statement: ast.stmt) -> ast.stmt:
        where = ast.Constant(f"{self._module}:{statement.lineno}")
        return ast.copy_location(ast.Expr(ast.Call(ast.Name(PROBE, ast.Load()), [where], [])), statement)


def _functions(module: ModuleType) -> dict[str, FunctionType]:
    """Those that are made at import, by their qualified name."""
    return dict(_members(module.__dict__, module.__name__, ""))


def _members(namespace: object, module: str, prefix: str) -> Iterator[tuple[str, FunctionType]]:
    for name, value in list(cast("Mapping[str, object]", namespace).items()):
        found = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if isinstance(found, FunctionType):
            if found.__module__ == module and found.__qualname__ == prefix + name:
                yield found.__qualname__, found
        elif isinstance(found, type) and found.__module__ == module and found.__qualname__ == prefix + name:
            yield from _members(found.__dict__, module, f"{prefix}{name}.")


def _codes(code: CodeType) -> dict[str, CodeType]:
    """The code of each function that is not inside of another, by its qualified name."""
    found: dict[str, CodeType] = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found[constant.co_qualname] = constant
            if "<locals>" not in constant.co_qualname:
                found |= {name: inner for name, inner in _codes(constant).items() if "<locals>" not in name}
    return found
