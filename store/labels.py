"""What people call sessions: names and tags, checked before they are stored.

Labels are no part of a ledger: they may change at any time, and no hash covers them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from store.errors import LabelRefusedError

LONGEST_NAME = 120
LONGEST_TAG = 40
MOST_TAGS = 20
_BETWEEN = re.compile(r"[\s,]+")


def clean_name(name: str, of: str = "session") -> str:
    """The name without blanks around it; `of` says what is called so.

    Raises:
        LabelRefusedError: it is empty, too long, or not one line of text.
    """
    name = name.strip()
    if not name or not name.isprintable():
        raise LabelRefusedError(f"a {of}'s name is one line of text, and not empty")
    if len(name) > LONGEST_NAME:
        raise LabelRefusedError(
            f"a {of}'s name has at most {LONGEST_NAME} characters, not {len(name)}; shorten it"
        )
    return name


def split_tags(text: str) -> tuple[str, ...]:
    """The tags of a line, `baseline, #paper two`: divided by blanks or commas, checked.

    Raises:
        LabelRefusedError: see `clean_tags`.
    """
    return clean_tags(word for word in _BETWEEN.split(text) if word)


def clean_tags(words: Iterable[str]) -> tuple[str, ...]:
    """The words as tags: in lower case, without a leading `#`, each once, in the order given.

    Raises:
        LabelRefusedError: a word cannot be a tag, or there are too many.
    """
    tags = tuple(dict.fromkeys(clean_tag(word) for word in words))
    if len(tags) > MOST_TAGS:
        raise LabelRefusedError(f"a session has at most {MOST_TAGS} tags, not {len(tags)}; leave some out")
    return tags


def clean_tag(word: str) -> str:
    """The word as a tag.

    Raises:
        LabelRefusedError: it cannot be one.
    """
    tag = word.removeprefix("#").lower()
    if not tag or not tag.isprintable() or _BETWEEN.search(tag) or '"' in tag:
        raise LabelRefusedError(f"{word!r} is not a tag; a tag is one plain word")
    if len(tag) > LONGEST_TAG:
        raise LabelRefusedError(f"a tag has at most {LONGEST_TAG} characters; shorten {tag[:LONGEST_TAG]}…")
    return tag


def tags_to_text(tags: Iterable[str]) -> str:
    """Tags as their column holds them."""
    return json.dumps(list(tags), ensure_ascii=False)


def tags_from_text(text: str) -> tuple[str, ...]:
    """The tags that `tags_to_text` wrote."""
    return tuple(json.loads(text)) if text != "[]" else ()
