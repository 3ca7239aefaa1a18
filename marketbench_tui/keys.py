"""Names of what keys do, so that a person can give other keys to them.

A binding is called after its action: `zoom`, `go-tasks` for `go('tasks')`, `walk` and
`walk-back` for `walk(1)` and `walk(-1)`. The table `[ui.keys]` of the configuration, the
command line at the foot of the screen and the palette all use these names.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from textual import actions
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.keys import Keys, key_to_character

MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "meta", "hyper"})
_SPECIAL = frozenset(key.value for key in Keys)


@dataclass(frozen=True, slots=True)
class Bound:
    """One action that keys can be given to.

    Attributes:
        keys: its keys by default, separated by commas.
    """

    name: str
    keys: str
    description: str


def name_of(action: str) -> str:
    """What a binding is called."""
    _, name, parameters = actions.parse(action)
    words = [name, *(_word(value) for value in parameters)]
    return "-".join(word for word in words if word).replace("_", "-")


def _word(value: object) -> str:
    if isinstance(value, bool) or value not in (1, -1):
        return str(value).lower().replace(" ", "-")
    return "back" if value == -1 else ""


def named(bindings: Iterable[BindingType]) -> list[BindingType]:
    """The same bindings, each with its name as its id."""
    return [
        dataclasses.replace(binding, id=binding.id or name_of(binding.action))
        if isinstance(binding, Binding)
        else binding
        for binding in bindings
    ]


def bound(roots: Iterable[type[DOMNode]]) -> Mapping[str, Bound]:
    """Every action of these classes and of all that are derived from them, by name."""
    found: dict[str, Bound] = {}
    for cls in _derived(roots):
        for binding in cls.__dict__.get("BINDINGS", ()):
            if isinstance(binding, Binding) and binding.id and binding.description:
                words = binding.tooltip or binding.description
                found.setdefault(binding.id, Bound(binding.id, binding.key, words))
    return found


def clashes(roots: Iterable[type[DOMNode]], given: Mapping[str, str]) -> list[str]:
    """Keys that were given to one action and are another's in the same place, which then has none."""
    found: dict[tuple[str, str], str] = {}
    for cls in _derived(roots):
        keys = {key: name for name, key in _keys_of(cls) if name not in given}
        for name in {name for name, _ in _keys_of(cls)} & given.keys():
            for key in _each(given[name]):
                other = keys.get(key)
                if other is not None:
                    text = f"ui.keys.{name}: {key} was the key of {other}, which has none now"
                    found.setdefault((name, other), text)
    return list(found.values())


def _keys_of(cls: type[DOMNode]) -> Iterator[tuple[str, str]]:
    """Every action of a class by name, with each of its keys."""
    for base in cls.__mro__:
        for binding in base.__dict__.get("BINDINGS", ()):
            if isinstance(binding, Binding) and binding.id:
                for key in _each(binding.key):
                    yield binding.id, key


def _each(keys: str) -> list[str]:
    """The keys of a list, each by its long name."""
    return [binding.key for binding in Binding.make_bindings([Binding(keys, "nothing")])]


def _derived(roots: Iterable[type[DOMNode]]) -> Iterator[type[DOMNode]]:
    for cls in roots:
        yield cls
        yield from _derived(cls.__subclasses__())


def is_key(text: str) -> bool:
    """Whether this names a key: `z`, `?`, `f5`, `ctrl+g`, `full_stop`."""
    *modifiers, key = text.split("+")
    if not MODIFIERS.issuperset(modifiers):
        return False
    return len(key) == 1 or key in _SPECIAL or key_to_character(key) is not None
