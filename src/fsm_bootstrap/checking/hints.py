"""What helps, where a message does not say it by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_IN_PYTHON: Final = {
    r'^Argument 1 to "(do|do_or_wait)" of "(Final)?State".*'
    r'"Callable\[\[(?P<got>.*?), Step\], .*"Callable\[\[(?!(?P=got), Step)': (
        "annotate the action's context as the machine's"
    ),
    r'^Argument 1 to "do(_or_wait)?" of "State".*(NoReturn|Never)': (
        "handle what the action returns: .on(event, target), before .do(...)"
    ),
    r'^Argument 1 to "do" of "State".*\| None\]+"; expected': (
        "handle each event that the action returns by .on(...); one that may return None needs .do_or_wait(...)"
    ),
    r'^Argument 1 to "do(_or_wait)?" of "State"': "handle each event that the action returns: .on(event, target)",
    r'^Argument "on_exhausted"': "name one of the events that the state handles",
    r'^Argument "(entry|exit|action)"': "annotate the action's context as the machine's, and let it return None",
    r'^Argument 2 to "(on|after)" of "State"': "name one of the machine's states, or add it to their Literal",
    r'^Argument 1 has incompatible type "Literal': "name one of the machine's states, or add it to their Literal",
    r'^Argument "initial" to "Machine"': "name one of the machine's states",
    r'^Missing named argument "initial"': "say where the machine starts: initial=...",
    r'^Argument 2 to "Machine"': "give it the class that stands in Machine[..., Class]",
    r'^Argument "states" to "Machine"|"(Final)?State\[.*"Node\[': "make states and machine of the same types",
    r'^"FinalState\[.*has no attribute "on"': "nothing leads out of a final state: make it a State, or remove this",
    r"^Cannot assign to final attribute": "a step can only be read; what is to be kept belongs into the context",
    r"^Incompatible return value type .*Literal": "return an event that the annotation names, or add it there",
}
"""By what mypy says about machines in Python."""

_STRUCTURE: Final = {
    r"does not handle($| \(did you mean|; did you mean)": "mend the event's name, or add a transition for it",
    r"can never be reached": "lead a transition to it, or remove it",
    r"is defined (twice|\d+ times)": "rename one of them, or remove it",
    r"twice, first in line|is handled \d+ times|is given twice": "remove one of them",
    r"two initial states": "remove 'initial: true' from all but one",
    r"(is not defined|there is no state '[^']*')$": "mend the name, or define that state",
    r"is final and cannot have the key": "remove it, or do not call the state final",
    r"its exit_action never runs": "move the action to do_action, or remove it",
    r"needs a do_action beside it": "give it a do_action, or remove this",
    r"cannot have the key|cannot be delayed|either 'event' or 'after'": "remove one of the two",
    r"must be a dotted path": "write the module before it, as in actions.Name; it is looked for beside the file",
    r"there is no module '[^']*'$": "it is looked for in the folder of the file: check the name, or install it",
    r"cannot import .* has no '[^']*'$": "check the name, or define it in that file",
    r"there is no such file$": "check the path",
    r"broken YAML: ": "look at the line above, too: a colon, quote or bracket is missing, or the indentation differs",
    r"ModuleNotFoundError: ": "check the name, or install it where fsm is installed",
    r"TypeError: .* missing .*'initial'": "say where the machine starts: initial=...",
    r"SyntaxError: ": "look at the line above, too: a colon, a quote or a bracket is missing",
}
"""By what the loaders and the machine itself say."""


def hint_for(message: str) -> str:
    """The remedy; empty where the message has it, or none is known."""
    return _found(_IN_PYTHON, message) or _found(_STRUCTURE, message)


def _found(hints: Mapping[str, str], message: str) -> str:
    return next((hint for pattern, hint in hints.items() if re.search(pattern, message)), "")
