"""Which sessions the Desk shows, and in what order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from marketbench_tui.ports import SessionCard
from marketbench_tui.view.marks import STATUSES

FIELDS = ("status", "suite", "tag")
"""What a filter line can narrow by, besides words."""
OFFERED_TAGS = 6
"""Tags that a click can put into a filter, those in use most first."""
KILLED = "killed"
"""What a session is that says it runs while no process runs it."""
_WORD = re.compile(rf'(?:({"|".join(FIELDS)}):)?(?:"([^"]*)"?|(\S*))')


class By(StrEnum):
    """What sessions are sorted by, in the words of the headings."""

    NUMBER = "#"
    NAME = "session"
    STATUS = "status"
    TASKS = "tasks"
    PASSED = "pass"
    SAID = "said"
    GAP = "under   over"
    SPENT = "spent"
    WORKERS = "workers"
    SUITE = "suite"
    MECHANISM = "mechanism"
    TAGS = "tags"
    OPENED = "opened"


TEXTS = frozenset({By.NAME, By.STATUS, By.SUITE, By.MECHANISM, By.TAGS})
"""What begins with a; all else begins with the most."""

_KEYS: Mapping[By, Callable[[SessionCard], str | float | None]] = {
    By.NUMBER: lambda card: card.id,
    By.NAME: lambda card: card.name.casefold(),
    By.STATUS: lambda card: status_words(card)[0],
    By.TASKS: lambda card: card.tasks,
    By.PASSED: lambda card: card.pass_rate,
    By.SAID: lambda card: card.mean_p,
    By.GAP: lambda card: card.gap,
    By.SPENT: lambda card: card.spent_usd_nano,
    By.WORKERS: lambda card: card.workers,
    By.SUITE: lambda card: card.suite.casefold() or None,
    By.MECHANISM: lambda card: card.mechanism.casefold() or None,
    By.TAGS: lambda card: " ".join(card.tags) or None,
    By.OPENED: lambda card: card.created_at.timestamp(),
}


@dataclass(frozen=True, slots=True)
class Order:
    """An order of sessions; the newest first unless somebody says otherwise."""

    by: By = By.NUMBER
    descending: bool = True

    def then(self, by: By) -> Order:
        """The order after this heading was clicked: the other way round where it was in use."""
        return self.turned() if by is self.by else Order(by, by not in TEXTS)

    def turned(self) -> Order:
        """The other way round."""
        return Order(self.by, not self.descending)


def arranged(cards: Iterable[SessionCard], order: Order) -> Sequence[SessionCard]:
    """The sessions in an order; those without the figure come last either way."""
    known: list[tuple[str | float, SessionCard]] = []
    unknown: list[SessionCard] = []
    for card in cards:
        key = _KEYS[order.by](card)
        if key is None:
            unknown.append(card)
        else:
            known.append((key, card))
    known.sort(key=lambda pair: pair[0], reverse=order.descending)
    return [*(card for _, card in known), *unknown]


def offered_words(cards: Sequence[SessionCard]) -> Sequence[str]:
    """Words of a filter that a click can put in."""
    states = dict.fromkeys(f"status:{status_words(card)[0]}" for card in cards)
    tags = Counter(tag for card in cards for tag in card.tags)
    return (*states, *(f"tag:{tag}" for tag, _ in tags.most_common(OFFERED_TAGS)))


@dataclass(frozen=True, slots=True)
class Query:
    """What a filter line asks for; every word must match.

    Attributes:
        text: words looked for in number, name, suite, mechanism and tags.
        status: what the status begins with.
        suite: a part of the suite's name.
        tag: what one of the tags begins with.
    """

    text: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    suite: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()


def parse_query(words: str) -> Query:
    """Words of a filter line: `starter status:stopped tag:paper suite:"SWE-bench Lite"`.

    A field without a value yet matches everything, as it is still being typed.
    """
    found: dict[str, list[str]] = {"text": [], **{field: [] for field in FIELDS}}
    for field, quoted, bare in _WORD.findall(words.lower()):
        word = quoted or bare
        if word:
            found[field or "text"].append(word)
    return Query(**{name: tuple(each) for name, each in found.items()})


def matches(card: SessionCard, query: Query) -> bool:
    """Whether a session matches every word."""
    if query == Query():
        return True
    tags = " ".join(f"#{tag}" for tag in card.tags)
    text = f"#{card.id} {card.name} {card.suite} {card.mechanism} {tags}".lower()
    return (
        all(word in text for word in query.text)
        and all(word in card.suite.lower() for word in query.suite)
        and all(any(each.startswith(word) for each in status_words(card)) for word in query.status)
        and all(any(tag.startswith(word.removeprefix("#")) for tag in card.tags) for word in query.tag)
    )


def status_words(card: SessionCard) -> tuple[str, ...]:
    """What the status is called: as it is shown first, then as commands and ledgers call it."""
    if card.killed:
        return (KILLED,)
    sim = ("sim",) if card.simulated else ()
    return (STATUSES[card.status].word, card.status.value, *sim)
