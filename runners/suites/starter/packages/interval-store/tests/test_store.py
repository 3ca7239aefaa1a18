import pytest

from intervalstore import Interval, IntervalStore


def items(store):
    return [(interval.start, interval.end, value) for interval, value in store]


def test_items_come_back_in_ascending_order():
    store = IntervalStore([(20, 30, "c"), (0, 5, "a"), (10, 15, "b")])
    assert items(store) == [(0, 5, "a"), (10, 15, "b"), (20, 30, "c")]
    assert len(store) == 3


def test_at_finds_the_value_of_a_point():
    store = IntervalStore([(0, 5, "a"), (5, 8, "b")])
    assert [store.at(point) for point in (-1, 0, 4, 5, 7, 8)] == [None, "a", "a", "b", "b", None]
    assert store.at(9, "free") == "free"
    assert 4 in store
    assert 8 not in store


def test_what_is_added_last_wins():
    store = IntervalStore([(0, 10, "a"), (10, 20, "b")])
    store.add(5, 15, "c")
    assert items(store) == [(0, 5, "a"), (5, 15, "c"), (15, 20, "b")]


def test_adding_over_several_items_replaces_them():
    store = IntervalStore([(0, 2, "a"), (3, 5, "b"), (6, 8, "c")])
    store.add(0, 8, "d")
    assert items(store) == [(0, 8, "d")]


def test_an_item_that_continues_the_one_before_is_joined_to_it():
    store = IntervalStore([(0, 5, "a"), (5, 9, "a")])
    assert items(store) == [(0, 9, "a")]


def test_touching_items_of_different_values_stay_apart():
    store = IntervalStore([(0, 5, "a"), (5, 9, "b")])
    assert len(store) == 2


def test_remove_trims_the_items_at_both_ends():
    store = IntervalStore([(0, 10, "a"), (12, 14, "b"), (16, 20, "c")])
    store.remove(5, 18)
    assert items(store) == [(0, 5, "a"), (18, 20, "c")]


def test_remove_of_a_whole_item():
    store = IntervalStore([(0, 5, "a"), (5, 9, "b")])
    store.remove(0, 5)
    assert items(store) == [(5, 9, "b")]


def test_removing_nothing_changes_nothing():
    store = IntervalStore([(0, 5, "a"), (9, 12, "b")])
    store.remove(5, 9)
    assert items(store) == [(0, 5, "a"), (9, 12, "b")]


def test_query_cuts_items_to_the_window():
    store = IntervalStore([(0, 10, "a"), (12, 20, "b"), (20, 30, "c")])
    assert list(store.query(5, 15)) == [(Interval(5, 10), "a"), (Interval(12, 15), "b")]
    assert list(store.query(10, 12)) == []
    assert list(store.query(13, 14)) == [(Interval(13, 14), "b")]


def test_update_adds_the_items_of_another_store():
    store = IntervalStore([(0, 10, "a")])
    store.update(IntervalStore([(8, 12, "b"), (20, 22, "c")]))
    assert items(store) == [(0, 8, "a"), (8, 12, "b"), (20, 22, "c")]


def test_a_copy_changes_on_its_own():
    store = IntervalStore([(0, 10, "a")])
    other = store.copy()
    assert other == store
    other.remove(0, 5)
    assert items(store) == [(0, 10, "a")]


def test_span():
    assert IntervalStore().span() is None
    assert IntervalStore([(3, 4, "a"), (8, 9, "b")]).span() == Interval(3, 9)


@pytest.mark.parametrize("operation", ["remove", "query"])
def test_an_empty_window_is_an_error(operation):
    with pytest.raises(ValueError):
        result = getattr(IntervalStore(), operation)(5, 5)
        list(result)


def test_repr_can_be_read_back():
    store = IntervalStore([(0, 5, "a"), (7, 9, "b")])
    assert eval(repr(store)) == store
