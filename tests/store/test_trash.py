"""What is in the trash is out of the way but not lost, and cannot be run."""

from __future__ import annotations

import pytest

from store import SessionBusyError, Store, TrashedSessionError, UnknownSessionError

from .samples import AT, stored_session


def test_a_session_in_the_trash_is_in_no_list_and_can_still_be_read(store: Store) -> None:
    session = stored_session(store)
    store.trash.put(session, at=AT)
    assert store.sessions.list() == ()
    assert [found.id for found in store.sessions.list(trashed=True)] == [session]
    assert [found.id for found in store.sessions.list(trashed=None)] == [session]
    assert store.sessions.get(session).trashed_at == AT
    assert store.verify(session).ok


def test_a_restored_session_is_as_it_was(store: Store) -> None:
    session = stored_session(store)
    before = store.sessions.get(session)
    store.trash.put(session)
    store.trash.restore(session)
    assert store.sessions.get(session) == before


def test_putting_a_session_in_the_trash_twice_keeps_the_first_time(store: Store) -> None:
    session = store.sessions.create("x")
    store.trash.put(session, at=AT)
    store.trash.put(session)
    assert store.sessions.get(session).trashed_at == AT


def test_emptying_removes_what_is_in_the_trash_and_nothing_else(store: Store) -> None:
    kept, gone = stored_session(store, "kept"), stored_session(store, "gone")
    store.trash.put(gone)
    assert store.trash.empty() == 1
    assert store.trash.empty() == 0
    assert [found.id for found in store.sessions.list(trashed=None)] == [kept]
    assert list(store.ledger.read(gone)) == []


def test_a_running_session_is_not_put_in_the_trash(store: Store) -> None:
    session = store.sessions.create("x")
    with store.writer(session), pytest.raises(SessionBusyError):
        store.trash.put(session)
    assert store.sessions.get(session).trashed_at is None


def test_a_session_in_the_trash_cannot_be_run(store: Store) -> None:
    session = store.sessions.create("x")
    store.trash.put(session)
    with pytest.raises(TrashedSessionError, match="trash restore 1"), store.writer(session):
        pass
    store.trash.restore(session)
    with store.writer(session):
        pass


def test_of_two_with_one_name_the_one_outside_the_trash_answers(store: Store) -> None:
    older, newer = store.sessions.create("twin"), store.sessions.create("twin")
    store.trash.put(newer)
    assert store.sessions.get("twin").id == older


def test_an_unknown_session_is_refused(store: Store) -> None:
    with pytest.raises(UnknownSessionError):
        store.trash.put(99)
    with pytest.raises(UnknownSessionError):
        store.trash.restore(99)
