"""The list of sessions comes at once; figures that must be derived come after it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from market import events as ev
from market.spec import SessionSpec
from marketbench_tui.backend import NoSpecError, StoreBackend
from store import Store, open_store
from tests.store.samples import AT, stored_session


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "desk.sqlite3") as opened:
        yield opened


@pytest.fixture
def backend(store: Store) -> StoreBackend:
    return StoreBackend(store.database.path)


def test_figures_come_after_the_list_and_are_known_from_then_on(store: Store, backend: StoreBackend):
    session = stored_session(store)
    (before,) = backend.sessions()
    assert (before.gap, before.pass_rate) == (None, None)
    (*_, cards) = backend.figures()
    assert [card.id for card in cards] == [session]
    assert cards[0].pass_rate == pytest.approx(0.5)
    assert backend.sessions() == cards
    assert list(backend.figures()) == []


def test_a_broken_ledger_has_no_figures_and_spoils_no_other(store: Store, backend: StoreBackend):
    broken, sound = stored_session(store), stored_session(store)
    with closing(sqlite3.connect(store.database.path)) as raw, raw:
        raw.execute(
            "UPDATE events SET payload = '{' WHERE kind = 'forecast_made' AND session_id = ?", (broken,)
        )
    (*_, cards) = backend.figures()
    assert {card.id: card.gap is None for card in cards} == {broken: True, sound: False}


def test_tags_trash_and_killed_sessions_are_on_the_cards(store: Store, backend: StoreBackend):
    session = store.sessions.create("x")
    store.ledger.append(session, [(AT, 0, ev.SessionOpened(tasks=(), workers=()))])
    backend.tag(session, "paper, two")
    backend.trash(session)
    (card,) = backend.sessions()
    assert (card.tags, card.trashed_at is None, card.killed) == (("paper", "two"), False, True)
    with open_store(store.database.path) as other:
        other.trash.restore(session)
        with other.writer(session):
            assert not backend.sessions()[0].killed


def test_a_session_is_set_up_again_from_its_own_spec(store: Store, backend: StoreBackend):
    spec = backend.spec(stored_session(store))
    assert isinstance(spec, SessionSpec)
    assert spec.name == "two sellers"


def test_sessions_without_a_spec_say_why(store: Store, backend: StoreBackend):
    with pytest.raises(NoSpecError, match="killed before it began"):
        backend.spec(store.sessions.create("never"))
    imported = store.sessions.create("rows", origin="import")
    store.ledger.append(imported, [(AT, 0, ev.SessionOpened(origin="import", tasks=(), workers=()))])
    with pytest.raises(NoSpecError, match="was imported"):
        backend.spec(imported)


def test_setup_estimates_from_the_calls_of_the_same_store(store: Store, backend: StoreBackend):
    stored_session(store)
    assert len(backend.setup.history()) == 2
