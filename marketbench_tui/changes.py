"""What the Desk asks of the store.

Each change returns what to tell the person, which is nothing where it is plain to see.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from marketbench_tui.ports import Backend, SessionCard
from marketbench_tui.view import amounts
from marketbench_tui.widgets.prompt import Topic
from store.labels import clean_name, split_tags

Change = Callable[[Backend], str]


def from_answer(topic: Topic, text: str, card: SessionCard | None) -> Change | None:
    """What an answer asks for; a filter has narrowed the list already.

    Raises:
        LabelRefusedError: the text can not be a name, or tags.
    """
    if card is None:
        return None
    match topic:
        case Topic.NAME:
            return partial(rename, card.id, clean_name(text))
        case Topic.TAGS:
            return partial(tag, card.id, " ".join(split_tags(text)))
        case Topic.EXPORT:
            return partial(export, card.id, Path(text.strip()).expanduser())
        case _:
            return None


def rename(session: int, name: str, backend: Backend) -> str:
    """Call a session something else."""
    backend.rename(session, name)
    return ""


def tag(session: int, text: str, backend: Backend) -> str:
    """Put the words of a line on a session."""
    backend.tag(session, text)
    return ""


def export(session: int, path: Path, backend: Backend) -> str:
    """Write its ledger into a file."""
    return f"{amounts.count(backend.export(session, path), 'event')} of #{session} are in {path}."


def trash(session: int, backend: Backend) -> str:
    """Put it in the trash."""
    backend.trash(session)
    return ""


def restore(session: int, backend: Backend) -> str:
    """Take it out of the trash."""
    backend.restore(session)
    return f"#{session} is back among the sessions."


def delete(session: int, backend: Backend) -> str:
    """Remove it for good."""
    backend.delete(session)
    return ""


def empty_trash(backend: Backend) -> str:
    """Remove all that is in the trash."""
    return f"{amounts.count(backend.empty_trash(), 'session')} removed."
