"""What ``sam build`` runs: a Makefile, which installs, copies and compiles."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from fsm_bootstrap.deploy.function import RUNTIME
from fsm_bootstrap.deploy.sam import Options
from fsm_bootstrap.settings import Settings

_PLATFORMS: Final = {"arm64": "manylinux2014_aarch64", "x86_64": "manylinux2014_x86_64"}
LEFT_OUT: Final = ("template.yaml", "Makefile", "tests")
"""What a function does not need of its folder; nor what is hidden."""
_MAKEFILE: Final = """\
# Written by fsm deploy template; sam build calls it.  Modules are compiled here, once: a function that has to compile
# what it imports takes three to four times as long to start.
PYTHON ?= {python}

build-Function:
\t$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement requirements.txt \\
\t\t--target "$(ARTIFACTS_DIR)" --platform {platform} --only-binary=:all:
\ttar --create --exclude='./.*' {excluded} \\
\t\t--exclude=__pycache__ . | tar --extract --directory "$(ARTIFACTS_DIR)"
\t$(PYTHON) -m compileall -q -f --invalidation-mode unchecked-hash "$(ARTIFACTS_DIR)"
"""
_EXTRAS: Final = {"redis": "redis", "rediss": "redis", "memcached": "memcached"}


def makefile(options: Options) -> str:
    excluded = " ".join(f"--exclude=./{name}" for name in LEFT_OUT)
    return _MAKEFILE.format(python=RUNTIME, platform=_PLATFORMS[options.architecture], excluded=excluded)


def requirements(settings: Settings) -> str:
    """This package, in this version, with what the settings need."""
    caches = [settings.primary_cache_source, settings.secondary_cache_source]
    extras = {"aws"} | {_EXTRAS[cache.kind] for cache in caches if cache is not None and cache.kind in _EXTRAS}
    if any(cache is not None and cache.kind == "elasticache" for cache in caches):
        extras |= {"memcached", "redis"}
    return f"lambda-fsm[{','.join(sorted(extras))}]=={version('lambda-fsm')}\n"
