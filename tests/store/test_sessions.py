"""Sessions are found by number or name, listed newest first, and deleted whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from market.state import Status
from store import SessionBusyError, Store, UnknownSessionError
from store.tables import SQLModel

from .samples import AT, stored_session


@pytest.mark.parametrize("reference", [2, "2", "#2", "beta"])
def test_a_session_answers_to_its_number_and_its_name(store: Store, reference: int | str) -> None:
    store.sessions.create("alpha")
    store.sessions.create("beta", at=AT)
    found = store.sessions.get(reference)
    assert (found.id, found.name, found.created_at) == (2, "beta", AT)


def test_of_several_sessions_with_one_name_the_newest_answers(store: Store) -> None:
    store.sessions.create("twin")
    newest = store.sessions.create("twin")
    assert store.sessions.get("twin").id == newest


def test_a_name_that_looks_like_a_number_is_a_name(store: Store) -> None:
    named = [store.sessions.create("x"), store.sessions.create("1")]
    assert store.sessions.get("1").id == named[1]
    assert store.sessions.get("#1").id == named[0]


@pytest.mark.parametrize("reference", ["phse1", "#99", 99, "9" * 40, "²"])
def test_an_unknown_session_is_refused_with_names_that_exist(store: Store, reference: int | str) -> None:
    store.sessions.create("phase1")
    with pytest.raises(UnknownSessionError, match="did you mean 'phase1'"):
        store.sessions.get(reference)


def test_where_there_are_no_sessions_the_refusal_says_so(store: Store) -> None:
    with pytest.raises(UnknownSessionError, match="no sessions yet"):
        store.sessions.get("x")


def test_the_list_is_newest_first_and_can_be_narrowed(store: Store) -> None:
    store.sessions.create("Alpha")
    finished = stored_session(store, "beta")
    assert [session.name for session in store.sessions.list()] == ["beta", "Alpha"]
    assert [session.id for session in store.sessions.list(status=Status.FINISHED)] == [finished]
    assert [session.name for session in store.sessions.list(name="ALPH")] == ["Alpha"]
    assert store.sessions.list(name="100%") == ()


def test_a_session_is_renamed(store: Store) -> None:
    session_id = store.sessions.create("old")
    store.sessions.rename(session_id, "new")
    assert store.sessions.get("new").id == session_id
    with pytest.raises(UnknownSessionError):
        store.sessions.rename(99, "x")


def test_deleting_leaves_no_row_behind_and_never_reuses_the_number(store: Store, path: Path) -> None:
    session_id = stored_session(store)
    store.projections.catch_up(session_id)
    with store.writer(session_id):
        pass
    store.sessions.delete(session_id)
    with closing(sqlite3.connect(path)) as raw:
        for table in SQLModel.metadata.tables:
            assert raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    assert not (path.parent / f"{path.name}.locks" / str(session_id)).exists()
    assert store.sessions.create("next") > session_id


def test_a_session_that_is_being_run_is_not_deleted(store: Store) -> None:
    session_id = store.sessions.create("x")
    with store.writer(session_id), pytest.raises(SessionBusyError):
        store.sessions.delete(session_id)
    assert store.sessions.get(session_id)


def test_a_session_that_is_being_run_is_live(store: Store) -> None:
    session_id = store.sessions.create("x")
    with store.writer(session_id):
        assert store.sessions.get(session_id).live
    assert not store.sessions.get(session_id).live
