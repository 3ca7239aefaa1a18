"""Names and tags belong to a person: they are checked, stored, and no part of the ledger."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import LabelRefusedError, Store, UnknownSessionError
from store.labels import clean_name, clean_tags, split_tags, tags_from_text, tags_to_text

from .samples import stored_session


def test_tags_are_words_in_lower_case_each_once() -> None:
    assert split_tags(" Baseline, #paper  two,, PAPER ") == ("baseline", "paper", "two")
    assert split_tags("") == ()


@pytest.mark.parametrize("word", ["", "#", "two words", "a,b", 'qu"ote', "bell\x07", "x" * 41])
def test_what_is_no_word_is_no_tag(word: str) -> None:
    with pytest.raises(LabelRefusedError, match="tag"):
        clean_tags([word])


def test_more_tags_than_a_list_can_show_are_refused() -> None:
    with pytest.raises(LabelRefusedError, match="at most 20 tags, not 21"):
        clean_tags(f"t{n}" for n in range(21))


@pytest.mark.parametrize("name", ["", "   ", "two\nlines", "bell\x07", "x" * 121])
def test_a_name_is_one_line_of_text(name: str) -> None:
    with pytest.raises(LabelRefusedError, match="name"):
        clean_name(name)


@given(st.lists(st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=12), max_size=8))
def test_tags_are_read_back_as_they_were_written(words: list[str]) -> None:
    assert tags_from_text(tags_to_text(words)) == tuple(words)


def test_a_tag_finds_its_sessions_and_no_others(store: Store) -> None:
    papers = store.sessions.create("one")
    store.sessions.tag(papers, ["paper", "back\\slash", "größe"])
    store.sessions.tag(store.sessions.create("two"), ["paperclip"])
    for tag in ("paper", "back\\slash", "größe"):
        assert [found.id for found in store.sessions.list(tag=tag)] == [papers]
    assert store.sessions.list(tag="pape") == ()


def test_tags_replace_those_before(store: Store) -> None:
    session = store.sessions.create("x")
    store.sessions.tag(session, ["a", "b"])
    assert store.sessions.tag(session, ["C"]) == ("c",)
    assert store.sessions.get(session).tags == ("c",)
    with pytest.raises(UnknownSessionError):
        store.sessions.tag(99, ["a"])


def test_a_bad_name_changes_nothing(store: Store) -> None:
    session = store.sessions.create("good")
    with pytest.raises(LabelRefusedError):
        store.sessions.rename(session, " ")
    assert store.sessions.get(session).name == "good"


def test_labels_and_trash_are_no_part_of_the_ledger(store: Store) -> None:
    session = stored_session(store)
    before = store.verify(session)
    store.sessions.rename(session, "other")
    store.sessions.tag(session, ["paper"])
    store.trash.put(session)
    assert store.verify(session) == before
    store.projections.rebuild(session)
    found = store.sessions.get(session)
    assert (found.name, found.tags, found.trashed_at is None) == ("other", ("paper",), False)
