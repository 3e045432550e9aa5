"""What can be wrong with a piece of code: every small change of one module, as another syntax tree.

Left alone are what no behaviour depends on: annotations, docstrings, decorators, type variables, the values of enum
members, the text (not the numbers, nor the conditions) of what is said in an exception, and the `strict=` of `zip`,
which only checks that a port answers for each item.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias, TypeVar, cast

T = TypeVar("T")
Way: TypeAlias = tuple[tuple[str, int | None], ...]
"""From the module to a node: the field, and the place in it where it is a list."""

ERRORS = frozenset(
    {"Conflict", "NotFound", "UnknownEvent", "UnknownMachine", "PortUnavailable", "PortRejected", "OutcomeUnknown"}
)
"""Exceptions whose names do not end in Error."""
_TYPE_LEVEL = frozenset({"TypeVar", "NewType", "cast"})
_SKIPPED = frozenset({"annotation", "returns", "decorator_list", "bases", "type_comment", "ctx"})
_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult,
}  # fmt: skip
_TWINS = {"max": "min", "min": "max", "any": "all", "all": "any", "partition": "rpartition", "rpartition": "partition"}


class Mutant(NamedTuple):
    """One change."""

    module: str
    """Its dotted name."""
    function: str
    """The outermost function that it is in, as in `__qualname__`; empty: it is made when the module is imported."""
    line: int
    """Of the innermost statement."""
    before: str
    after: str
    number: int
    """Tells changes of one function that read alike from each other."""
    path: Way
    node: ast.AST
    """What stands there instead."""

    @property
    def name(self) -> str:
        """The same as long as the function is."""
        place = f"{self.module.removeprefix('fsm_domain.')}:{self.function or '(module)'}"
        return f"{place}: {self.before} -> {self.after}" + (f" #{self.number}" if self.number > 1 else "")


class _Place(NamedTuple):
    """Where the walk is."""

    path: Way = ()
    function: str = ""
    prefix: str = ""
    line: int = 0
    saying: bool = False
    """Inside of an exception's text."""
    at_import: bool = True

    def into(self, field: str, index: int | None) -> _Place:
        return self._replace(path=(*self.path, (field, index)))


def mutants_of(source: str, module: str) -> list[Mutant]:
    """Every change of the module, from top to bottom."""
    found: list[Mutant] = []
    alike: dict[tuple[str, str, str], int] = {}
    for place, old, new in _walk(ast.parse(source), _Place()):
        before, after = _texts(old, new)
        if before == after:
            continue
        function = "" if place.at_import else place.function
        key = function, before, after
        alike[key] = alike.get(key, 0) + 1
        found.append(Mutant(module, function, place.line, before, after, alike[key], place.path, new))
    return found


def mutated(source: str, mutant: Mutant) -> ast.Module:
    """The module with that change."""
    tree = ast.parse(source)
    *way, (field, index) = mutant.path
    parent: ast.AST = tree
    for step, at in way:
        value = getattr(parent, step)
        parent = value if at is None else value[at]
    if index is None:
        setattr(parent, field, copy.deepcopy(mutant.node))
    else:
        getattr(parent, field)[index] = copy.deepcopy(mutant.node)
    return ast.fix_missing_locations(tree)


def _walk(node: ast.AST, place: _Place) -> Iterator[tuple[_Place, ast.AST, ast.AST]]:
    place = _entered(node, place)
    for new in _changes(node, place):
        yield place, node, new
    for field, value in ast.iter_fields(node):
        if _is_left_alone(node, field):
            continue
        inner = place
        if isinstance(node, ast.FunctionDef) and field == "body":
            inner = place._replace(at_import=False)
        if isinstance(value, ast.AST):
            yield from _walk(value, inner.into(field, None))
        elif isinstance(value, list):
            for index, item in enumerate(cast("list[object]", value)):
                if isinstance(item, ast.AST) and not (field == "body" and _is_docstring(item)):
                    if isinstance(node, ast.Call) and field == "args" and not _is_left_whole(node, item):
                        yield inner.into(field, index), item, ast.Constant(None)
                    yield from _walk(item, inner.into(field, index))


def _entered(node: ast.AST, place: _Place) -> _Place:
    if isinstance(node, ast.stmt):
        place = place._replace(line=node.lineno)
    if isinstance(node, ast.ClassDef):
        return place._replace(prefix=f"{place.prefix}{node.name}.")
    if isinstance(node, ast.FunctionDef) and not place.function:
        return place._replace(function=place.prefix + node.name)
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _makes_an_error(node)):
        return place._replace(saying=True)
    return place


def _is_left_alone(node: ast.AST, field: str) -> bool:
    if field in _SKIPPED or isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.ClassDef):
        is_enum = any(isinstance(base, ast.Name) and base.id == "Enum" for base in node.bases)
        return field == "keywords" or (is_enum and field == "body")
    if isinstance(node, ast.AnnAssign):
        return field == "value" and isinstance(node.annotation, ast.Name) and node.annotation.id == "TypeAlias"
    if isinstance(node, ast.Assign):
        return field == "targets" or _is_of_types(node.value)
    if isinstance(node, ast.keyword):
        return node.arg == "strict"
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _TYPE_LEVEL
    return isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)


def _is_of_types(value: ast.expr) -> bool:
    """An alias, such as ``Result = Instance | None``."""
    if isinstance(value, ast.Subscript):
        return isinstance(value.value, ast.Name) and value.value.id in ("Callable", "Literal", "Mapping")
    return isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _makes_an_error(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and (call.func.id in ERRORS or call.func.id.endswith("Error"))


def _changes(node: ast.AST, place: _Place) -> Iterator[ast.AST]:
    match node:
        case ast.stmt():
            yield from _statements(node, place)
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp() | ast.IfExp() | ast.comprehension() | ast.match_case():
            yield from _conditions(node)
        case ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()) | ast.Dict() | ast.Slice():
            if place.path[-1][0] != "slice" or isinstance(node, ast.Slice):
                yield from _collections(node)
        case ast.BinOp():
            yield from _sums(node)
        case ast.Constant():
            yield from _constants(node, place)
        case ast.Call():
            yield from _calls(node)
        case ast.Lambda(body=body) if not _is_none(body):
            yield _with(node, body=ast.Constant(None))
        case ast.Name() | ast.Attribute():
            yield from _twins(node)
        case _:
            pass


def _twins(node: ast.Name | ast.Attribute) -> Iterator[ast.AST]:
    field = "id" if isinstance(node, ast.Name) else "attr"
    twin = _TWINS.get(getattr(node, field))
    if twin is not None:
        yield _with(node, **{field: twin})


def _sums(node: ast.BinOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.BitOr):  # of the classes that isinstance is asked for
        yield node.left
        yield node.right
    elif type(node.op) in _COUNTED:
        yield _with(node, op=_COUNTED[type(node.op)]())


def _conditions(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[op]):
            for other in _COMPARED[type(op)]:
                yield _with(node, ops=[other()])
        case ast.BoolOp(op=op, values=values):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for rest in _without_one(values):
                yield rest[0] if len(rest) == 1 else _with(node, values=rest)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield body
            yield orelse
            yield from _turned(node, test)
        case ast.comprehension(ifs=ifs):
            for left in _without_one(ifs):
                yield _with(node, ifs=left)
        case ast.match_case(guard=ast.expr()):
            yield _with(node, guard=None)
        case _:
            pass


def _collections(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Tuple(elts=[_, _, *_] as items):
            for rest in _without_one(items):
                yield _with(node, elts=rest)
        case ast.List(elts=[_, *rest]):
            yield _with(node, elts=rest)
        case ast.Dict(keys=keys, values=values):
            for some, theirs in zip(_without_one(keys), _without_one(values), strict=True):
                yield _with(node, keys=some, values=theirs)
        case ast.Slice(lower=lower, upper=upper):
            if lower is not None:
                yield _with(node, lower=None)
            if upper is not None:
                yield _with(node, upper=None)
        case _:
            pass


def _without_one(items: Sequence[T]) -> Iterator[list[T]]:
    return ([*items[:n], *items[n + 1 :]] for n in range(len(items)))


def _statements(node: ast.stmt, place: _Place) -> Iterator[ast.AST]:
    match node:
        case ast.Expr(value=ast.Constant()):
            pass
        case ast.Expr() | ast.Raise() | ast.Break() | ast.Return(value=None):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
            yield ast.Pass()
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield _with(node, value=ast.Constant(None))
        case ast.If(test=test) | ast.While(test=test):
            yield from _turned(node, test)
        case ast.For():
            yield _with(node, iter=ast.List([], ast.Load()))
        case ast.Match(cases=cases) if len(cases) > 1:
            for rest in _without_one(cases):
                yield _with(node, cases=rest)
        case _ if not place.at_import:
            yield from _assignments(node)
        case _:
            pass


def _assignments(node: ast.stmt) -> Iterator[ast.AST]:
    """A name becomes None; what stays when a function ends is not set at all, too."""
    match node:
        case ast.AugAssign():
            yield ast.Pass()
            yield ast.Assign([node.target], node.value)
        case ast.Assign(targets=[ast.Tuple()]):
            yield ast.Pass()
        case ast.Assign(targets=[target, *_], value=value) if not _is_of_types(value):
            if isinstance(target, ast.Attribute | ast.Subscript):
                yield ast.Pass()
            if not _is_none(value):
                yield _with(node, value=ast.Constant(None))
        case ast.AnnAssign(value=ast.expr() as value) if not _is_none(value):
            yield _with(node, value=ast.Constant(None))
        case _:
            pass


def _turned(node: ast.AST, test: ast.expr) -> Iterator[ast.AST]:
    """Conditions that no other change turns."""
    if not isinstance(test, ast.Compare | ast.UnaryOp):
        yield _with(node, test=ast.UnaryOp(ast.Not(), test))


def _constants(node: ast.Constant, place: _Place) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and not place.saying:
        yield ast.Constant(f"XX{value}XX")


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    if not _is_left_whole(node):
        for keyword in node.keywords:
            if keyword.arg != "strict":
                yield _with(node, keywords=[other for other in node.keywords if other is not keyword])


def _is_left_whole(call: ast.Call, argument: ast.AST | None = None) -> bool:
    """It names classes, or `argument` is what an error says."""
    says = isinstance(argument, ast.JoinedStr) or (
        isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    )
    if says and _makes_an_error(call):
        return True
    return isinstance(call.func, ast.Name) and call.func.id in _TYPE_LEVEL | {"isinstance"}


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _with(node: ast.AST, **changes: object) -> ast.AST:
    new = copy.copy(node)
    for field, value in changes.items():
        setattr(new, field, value)
    return new


def _texts(old: ast.AST, new: ast.AST) -> tuple[str, str]:
    if isinstance(old, ast.Call) and isinstance(new, ast.Call):
        for keyword in old.keywords:
            if keyword not in new.keywords:
                return f"{_text(old.func)}(..., {keyword.arg}={_text(keyword.value)})", f"no {keyword.arg}"
    return _text(old), _text(new)


def _text(node: ast.AST) -> str:
    """One line, of a statement only its head."""
    if isinstance(node, ast.If | ast.While):
        return f"{type(node).__name__.lower()} {ast.unparse(node.test)}"
    if isinstance(node, ast.For):
        return f"for ... in {ast.unparse(node.iter)}"
    if isinstance(node, ast.Match):
        return "match " + " | ".join(ast.unparse(case.pattern) for case in node.cases)
    if isinstance(node, ast.match_case):
        return f"case {ast.unparse(node.pattern)}" + (f" if {ast.unparse(node.guard)}" if node.guard else "")
    if isinstance(node, ast.comprehension):
        return "for ..." + "".join(f" if {ast.unparse(test)}" for test in node.ifs)
    return " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())
