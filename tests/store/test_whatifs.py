"""What-ifs are kept beside a session under names, and go when it goes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store import (
    LabelRefusedError,
    Store,
    UnknownSessionError,
    UnknownWhatIfError,
    WhatIfRefusedError,
    open_store,
)
from store.migrations import REVISIONS
from store.migrations.apply import upgrade

from .samples import AT, stored_session
from .test_schema import SESSION_BEFORE_LABELS

KNOBS = json.dumps({"mechanism": "random-reserve", "penalty": 4.0})
FIGURES = json.dumps({"passes": 12, "profit": None})


def test_a_what_if_is_read_back_as_it_was_saved(store: Store) -> None:
    session = store.sessions.create("x")
    saved = store.whatifs.save(session, "  penalty of 4 ", KNOBS, FIGURES, at=AT)
    assert (saved.session_id, saved.name, saved.created_at) == (session, "penalty of 4", AT)
    assert json.loads(saved.knobs) == json.loads(KNOBS)
    assert json.loads(saved.figures) == json.loads(FIGURES)
    assert store.whatifs.get(session, "penalty of 4") == saved
    assert store.whatifs.list(session) == (saved,)


def test_each_session_has_its_own_in_the_order_they_were_saved(store: Store) -> None:
    one, two = store.sessions.create("one"), store.sessions.create("two")
    for session, name in ((one, "b"), (one, "a"), (two, "b")):
        store.whatifs.save(session, name, KNOBS, FIGURES)
    assert [saved.name for saved in store.whatifs.list(one)] == ["b", "a"]
    assert [saved.name for saved in store.whatifs.list(two)] == ["b"]


def test_a_name_is_taken_once_unless_it_is_to_be_replaced(store: Store) -> None:
    session = store.sessions.create("x")
    first = store.whatifs.save(session, "a", KNOBS, FIGURES)
    with pytest.raises(WhatIfRefusedError, match="called 'a' already; choose another name"):
        store.whatifs.save(session, "a", "{}", FIGURES)
    assert store.whatifs.get(session, "a") == first
    again = store.whatifs.save(session, "a", "{}", FIGURES, replace=True)
    assert (again.id, again.knobs) == (first.id, "{}")
    assert store.whatifs.save(session, "new", "{}", "{}", replace=True).name == "new"


@pytest.mark.parametrize("text", ["", "penalty 4", "[1]", "4", '{"p": NaN}', '{"p": Infinity}'])
def test_what_is_no_json_object_is_refused_and_nothing_kept(store: Store, text: str) -> None:
    session = store.sessions.create("x")
    with pytest.raises(WhatIfRefusedError, match="knobs of a what-if must be"):
        store.whatifs.save(session, "a", text, FIGURES)
    with pytest.raises(WhatIfRefusedError, match="figures of a what-if must be"):
        store.whatifs.save(session, "a", KNOBS, text)
    assert store.whatifs.list(session) == ()


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 121])
def test_a_name_is_one_line_of_text(store: Store, name: str) -> None:
    session = store.sessions.create("x")
    with pytest.raises(LabelRefusedError, match="a what-if's name"):
        store.whatifs.save(session, name, KNOBS, FIGURES)


def test_it_is_renamed_unless_the_name_is_taken(store: Store) -> None:
    session = store.sessions.create("x")
    for name in ("a", "b"):
        store.whatifs.save(session, name, KNOBS, FIGURES)
    assert store.whatifs.rename(session, "a", " c ") == "c"
    with pytest.raises(WhatIfRefusedError, match="'b' already"):
        store.whatifs.rename(session, "c", "b")
    with pytest.raises(UnknownWhatIfError):
        store.whatifs.rename(session, "a", "d")
    assert [saved.name for saved in store.whatifs.list(session)] == ["c", "b"]


def test_an_unknown_name_is_answered_with_those_that_are_near(store: Store) -> None:
    session = store.sessions.create("x")
    with pytest.raises(UnknownWhatIfError, match=f"session #{session} has no saved what-ifs"):
        store.whatifs.get(session, "penalty 4")
    store.whatifs.save(session, "penalty of 4", KNOBS, FIGURES)
    with pytest.raises(UnknownWhatIfError, match="did you mean 'penalty of 4'"):
        store.whatifs.get(session, "penalty 4")
    store.whatifs.delete(session, "penalty of 4")
    with pytest.raises(UnknownWhatIfError):
        store.whatifs.delete(session, "penalty of 4")


def test_a_session_that_is_not_there_has_none(store: Store) -> None:
    for act in (
        lambda: store.whatifs.list(9),
        lambda: store.whatifs.get(9, "a"),
        lambda: store.whatifs.save(9, "a", KNOBS, FIGURES),
        lambda: store.whatifs.rename(9, "a", "b"),
        lambda: store.whatifs.delete(9, "a"),
    ):
        with pytest.raises(UnknownSessionError, match="no session #9"):
            act()


def test_they_are_no_part_of_the_ledger_and_outlive_a_rebuild(store: Store) -> None:
    session = stored_session(store)
    before = store.verify(session)
    saved = store.whatifs.save(session, "a", KNOBS, FIGURES)
    store.projections.rebuild(session)
    assert store.verify(session) == before
    assert store.whatifs.list(session) == (saved,)


def test_they_go_with_their_session_and_not_before(store: Store, path: Path) -> None:
    session, other = store.sessions.create("x"), store.sessions.create("y")
    for each in (session, other):
        store.whatifs.save(each, "a", KNOBS, FIGURES)
    store.trash.put(session)
    assert len(store.whatifs.list(session)) == 1
    store.sessions.delete(session)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT session_id FROM whatifs").fetchall() == [(other,)]


def test_a_file_from_before_them_gets_an_empty_list_and_loses_nothing(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        upgrade(connection, REVISIONS[1])
        connection.execute(SESSION_BEFORE_LABELS)
        upgrade(connection, REVISIONS[2])
    with open_store(path) as store:
        (found,) = store.sessions.list()
        assert (found.name, store.whatifs.list(found.id)) == ("old", ())
        assert store.whatifs.save(found.id, "a", KNOBS, FIGURES).name == "a"
    assert len(list(path.parent.glob(f"{path.name}.backup-0003-*Z"))) == 1
