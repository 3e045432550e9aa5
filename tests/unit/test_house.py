"""The house itself: what holds the layers, the checks and the packaging together."""

from __future__ import annotations

import ast
import configparser
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
PACKAGES = ("fsm_adapters", "fsm_bootstrap", "fsm_contract", "fsm_domain", "fsm_ports")


_Project = TypedDict("_Project", {"version": str, "optional-dependencies": dict[str, list[str]]})


def _project() -> _Project:
    project: _Project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def _import_contracts() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return parser


def _folders(parent: Path) -> list[str]:
    return sorted(path.name for path in parent.iterdir() if path.is_dir() and path.name != "__pycache__")


def _imported(package: str) -> Iterator[tuple[Path, str]]:
    """Each top-level name that a file of the package imports, also inside functions and under TYPE_CHECKING."""
    for path in (SRC / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name.partition(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                yield path, node.module.partition(".")[0]


@pytest.mark.parametrize("script", ["quickstart", "run-tests", ".ci/run"])
def test_scripts_are_executable(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)


def test_src_holds_these_packages_and_no_other() -> None:
    assert _folders(SRC) == sorted(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_package_tells_type_checkers_that_it_is_typed(package: str) -> None:
    assert (SRC / package / "py.typed").is_file()


def test_wheel_and_import_contracts_cover_every_package() -> None:
    wheel = re.findall(r'"src/(\w+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert sorted(wheel) == sorted(PACKAGES)
    assert sorted(_import_contracts()["importlinter"]["root_packages"].split()) == sorted(PACKAGES)


def test_import_contracts_list_every_adapter_package() -> None:
    listed = re.findall(r"\w+", _import_contracts()["importlinter:contract:adapters"]["layers"])
    assert sorted(listed) == _folders(SRC / "fsm_adapters")


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("fsm_ports", {"fsm_ports"}),
        ("fsm_domain", {"fsm_domain", "fsm_ports", "typing_extensions"}),
        ("fsm_contract", {"fsm_contract", "fsm_ports", "pytest", "typing_extensions"}),
    ],
)
def test_beside_the_standard_library_a_pure_package_imports_only(package: str, allowed: set[str]) -> None:
    known = allowed | sys.stdlib_module_names
    assert [(str(path), name) for path, name in _imported(package) if name not in known] == []


def test_extras_are_those_that_messages_and_docs_name() -> None:
    assert set(_project()["optional-dependencies"]) == {
        "aws",
        "redis",
        "memcached",
        "fast",
        "simulate",
        "typecheck",
        "bench",
        "dev",
    }


def test_changelog_has_a_heading_for_this_version() -> None:
    version = _project()["version"]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(version)}\] - (Unreleased|\d{{4}}-\d{{2}}-\d{{2}})$", text, re.MULTILINE)
