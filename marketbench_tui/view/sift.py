"""Which lines of the tape a filter keeps: words, and `kind:`, `worker:` and `task:`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from marketbench_tui.view.tape import TapeEntry

Test = Callable[[TapeEntry], bool]
FIELDS: dict[str, Callable[[TapeEntry], str]] = {
    "kind": lambda entry: entry.kind,
    "worker": lambda entry: entry.worker,
    "task": lambda entry: entry.task,
}


TAPE_HINT = "words, kind:award, worker:atlas, task:money"
KINDS = ("award", "pass", "fail", "infra", "round")
"""Words of the tape that people look for."""


def offered_kinds(workers: Iterable[str]) -> Sequence[str]:
    """Words of a filter that a click can put in."""
    return tuple(f"kind:{kind}" for kind in KINDS) + tuple(f"worker:{name}" for name in one_word(workers))


def one_word(names: Iterable[str]) -> Iterator[str]:
    """The names that a filter can ask for: those without blanks."""
    return (name for name in names if len(name.split()) == 1)


def sieve(words: str) -> Test:
    """Whether an entry has every word, and what is asked of its fields; upper and lower case are one."""
    tests = [_test(word) for word in words.casefold().split()]
    return lambda entry: all(test(entry) for test in tests)


def _test(word: str) -> Test:
    name, colon, value = word.partition(":")
    field = FIELDS.get(name) if colon else None
    if field is None:
        return lambda entry: word in entry.searched
    return lambda entry: value in field(entry).casefold()
