"""Every snippet of docs/how-to runs.

The Python blocks of a page are one module, run in order in an empty folder; a block that begins with the comment
``# name.py`` is also written to that file.  An ``sh`` block runs in the same folder when its turn comes, and finds an
emulator where the page is about AWS.  At the end pytest runs the tests of the page, if it has any.
"""

from __future__ import annotations

import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.backends.backend import Backend
from tests.docs.snippets import Snippet, snippets

PROJECT = Path(__file__).parents[2]
PAGES = sorted((PROJECT / "docs" / "how-to").glob("*.md"))
IN_AWS = {"containers", "migrate"}
"""Pages whose commands reach sources of AWS."""
NOT_RUN = ("sam ", "fsm start ", "fsm show ")
"""What asks for more than an emulator."""
BROUGHT = {"migrate": PROJECT / "examples" / "tracer"}
"""What a reader of the page has in the folder."""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What the snippets of one page share: names, a folder, and a place where classes find their own annotations."""
    made = ModuleType("how_to")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return made


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_snippet_runs(
    page: Path, module: ModuleType, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if page.stem in IN_AWS:
        reach(request.getfixturevalue("ministack"), monkeypatch)
    if page.stem in BROUGHT:
        shutil.copytree(BROUGHT[page.stem], Path(), dirs_exist_ok=True)
    for snippet in snippets(page, "python", "sh"):
        if snippet.language == "sh":
            run_command(snippet, page)
        else:
            run_python(snippet, page, module)
    if any(name.startswith("test_") and inspect.isfunction(member) for name, member in vars(module).items()):
        run_tests(page)


def test_there_are_pages() -> None:
    assert {"test-a-machine", *IN_AWS, *BROUGHT} <= {page.stem for page in PAGES}


def test_a_page_is_held_to_its_commands() -> None:
    """What needs an account that a reader has, and we have not, is all that does not run."""
    for page in PAGES:
        if page.stem == "local-development":  # its servers are test_local_development's
            continue
        for snippet in snippets(page, "bash"):
            strange = [line for line in snippet.text.splitlines() if not line.startswith(NOT_RUN)]
            assert not strange, f"{page}:{snippet.line}: write ```sh, so that it is run: {strange}"


def test_what_is_done_to_many_machines_is_done_without_a_terminal_too() -> None:
    for page in (*PAGES, PROJECT / "README.md"):
        for command in re.findall(r"fsm \w+ --query[^`\n]*", page.read_text(encoding="utf-8")):
            assert "--yes" in command or "--dry-run" in command, f"{page}: {command}"


def reach(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("ENDPOINT_URL", backend.endpoint), ("ACCESS_KEY_ID", "123456789012"), ("SECRET_ACCESS_KEY", "test"),
        ("DEFAULT_REGION", "eu-west-1"),
    ):  # fmt: skip
        monkeypatch.setenv(f"AWS_{name}", value)


def run_python(snippet: Snippet, page: Path, module: ModuleType) -> None:
    if name := re.match(r"# ([\w/]+\.py)\n", snippet.text):
        Path(name[1]).parent.mkdir(parents=True, exist_ok=True)
        Path(name[1]).write_text(snippet.text, encoding="utf-8")
    placed = "\n" * (snippet.line - 1) + snippet.text  # a traceback then names the line of the page
    exec(compile(placed, str(page), "exec"), vars(module))


def run_command(snippet: Snippet, page: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    bash = ["bash", "-euo", "pipefail", "-c", snippet.text]
    done = subprocess.run(bash, env=environment, capture_output=True, text=True, check=False)
    said = f"{done.stdout}\n{done.stderr}\nexit code {done.returncode}"
    assert done.returncode == 0, f"{page}:{snippet.line}\n$ {snippet.text}\n{said}"


def run_tests(page: Path) -> None:
    """All Python blocks as one file, as a reader would paste them."""
    text = "\n\n".join(snippet.text for snippet in snippets(page, "python"))
    Path("test_page.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_page.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{page}\n{done.stdout}\n{done.stderr}"
