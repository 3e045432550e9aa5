"""``fsm deploy template`` and ``fsm iam``."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from fsm_bootstrap.cli.deploy_machines import seen_from
from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.output import put, say
from fsm_bootstrap.cli.session import begin, load, open_app, spec_of
from fsm_bootstrap.deploy.build import makefile, requirements
from fsm_bootstrap.deploy.permissions import Role, Started, policy
from fsm_bootstrap.deploy.template import template
from fsm_bootstrap.resources.plan import sources_used

if TYPE_CHECKING:
    from fsm_bootstrap.deploy.sam import Options, Tree
    from fsm_bootstrap.settings import Settings

_HEAD = "# Written by fsm deploy template, from the settings of that moment; write it again when they change.\n"


def write_template(spec: str | None, folder: Path, options: Options, *, force: bool) -> None:
    """Write what ``sam build`` and ``sam deploy`` need into the folder.

    Raises:
        CommandError: a file of another content is there, machines are not in the folder, or an option has no use.
        DefinitionError, PortMisconfigured: machines or settings would not work.
    """
    settings = begin()
    _check_tasks(settings, options.started)
    _check_there(settings, options.exists)
    chosen = seen_from(folder, spec_of(spec, settings))
    made = template(settings, chosen, options)
    with contextlib.chdir(folder):  # as the function has it: its working directory is where the code is
        machines = load(chosen)
    open_app(settings, machines).close()  # what does not go together shows now, not on Lambda
    files = {"template.yaml": _HEAD + _yaml(made), "Makefile": makefile(options)}
    _keep(folder, files, force=force)
    wanted = folder / "requirements.txt"
    if not wanted.exists():
        files[wanted.name] = requirements(settings)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        say(f"wrote {folder / name}")
    if wanted.name not in files and "lambda-fsm" not in wanted.read_text(encoding="utf-8"):
        say(f"warning: {wanted} does not name lambda-fsm; the function needs {requirements(settings).strip()}")
    say(f"hint: cd {folder} && sam build && sam deploy --guided --capabilities CAPABILITY_IAM")


def show_policy(role: Role, started: Started) -> None:
    """Print the policy document.

    Raises:
        CommandError: tasks are named, and no source would start any.
    """
    settings = begin()
    _check_tasks(settings, started)
    put(json.dumps(policy(settings, role, started), indent=2))


def _check_tasks(settings: Settings, started: Started) -> None:
    sources = (settings.primary_container_source, settings.secondary_container_source)
    if any(started) and not any(source is not None and source.kind == "ecs" for source in sources):
        raise CommandError(
            Exit.USAGE,
            "--task and --task-role are for tasks of ECS, and no container source of ECS is set",
            "set PRIMARY_CONTAINER_SOURCE=arn:aws:ecs:REGION:ACCOUNT:cluster/NAME",
        )


def _check_there(settings: Settings, exists: frozenset[str]) -> None:
    known = sorted({use.variable for used in sources_used(settings).values() for use in used})
    for name in sorted(exists):
        if name not in known:
            raise CommandError(
                Exit.USAGE,
                f"--exists {name}: no setting of that name has a source that a stack would make",
                f"one of {', '.join(known)}" if known else "set the sources first",
            )


def _keep(folder: Path, files: dict[str, str], *, force: bool) -> None:
    for name, text in files.items():
        path = folder / name
        if not force and path.exists() and path.read_text(encoding="utf-8") != text:
            raise CommandError(
                Exit.CONFLICT, f"{path} is there, and is another", "--force replaces it; git shows what changed"
            )


class _Plain(yaml.SafeDumper):
    """Without anchors: what is the same twice is written twice."""

    def ignore_aliases(self, data: object) -> bool:
        return True


_Plain.add_multi_representer(str, yaml.SafeDumper.represent_str)  # a source is a string, and more


def _yaml(made: Tree) -> str:
    text: str = yaml.dump(made, Dumper=_Plain, sort_keys=False, width=110)
    return text
