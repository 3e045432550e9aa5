"""SVG, drawn by Graphviz where it is installed."""

from __future__ import annotations

import shutil
import subprocess

from fsm_bootstrap.diagram.dot import dot
from fsm_bootstrap.diagram.picture import Picture


class CannotDraw(Exception):
    """There is no picture; `remedy` says what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def svg(picture: Picture) -> str:
    """The picture as SVG.

    Raises:
        CannotDraw: Graphviz is not installed, or cannot draw this.
    """
    program = shutil.which("dot")
    if program is None:
        raise CannotDraw(
            "svg is drawn by Graphviz, whose program dot is not on the PATH",
            "apt-get install graphviz, or brew install graphviz; --format mermaid and --format dot need no program",
        )
    drawn = subprocess.run([program, "-Tsvg"], input=dot(picture).encode(), capture_output=True, check=False)
    if drawn.returncode:
        said = drawn.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise CannotDraw(f"{program} ended with {drawn.returncode}: {said}", "--format dot shows what it was given")
    return drawn.stdout.decode()
