import pytest

from ttlcache import ManualClock, memoize


def test_the_function_runs_once_for_the_same_arguments():
    calls = []

    @memoize(clock=ManualClock())
    def double(x):
        calls.append(x)
        return 2 * x

    assert [double(2), double(2), double(3)] == [4, 4, 6]
    assert calls == [2, 3]
    assert double.stats.hits == 1


def test_results_expire():
    clock = ManualClock()
    calls = []

    @memoize(ttl=10, clock=clock)
    def now():
        calls.append(clock())
        return clock()

    assert now() == 0
    clock.advance(10)
    assert now() == 10
    assert calls == [0, 10]


def test_none_is_remembered_as_well():
    calls = []

    @memoize(clock=ManualClock())
    def lookup(name):
        calls.append(name)

    assert lookup("x") is None
    assert lookup("x") is None
    assert calls == ["x"]


def test_the_order_of_keyword_arguments_does_not_matter():
    calls = []

    @memoize(clock=ManualClock())
    def area(*, width, height):
        calls.append((width, height))
        return width * height

    assert area(width=2, height=3) == area(height=3, width=2) == 6
    assert calls == [(2, 3)]


def test_a_tuple_is_not_mistaken_for_a_keyword():
    @memoize(clock=ManualClock())
    def show(*args, **kwargs):
        return args, kwargs

    assert show(("x", 1)) == ((("x", 1),), {})
    assert show(x=1) == ((), {"x": 1})


def test_an_exception_is_not_remembered():
    attempts = []

    @memoize(clock=ManualClock())
    def flaky():
        attempts.append(None)
        if len(attempts) == 1:
            raise OSError("try again")
        return "ok"

    with pytest.raises(OSError):
        flaky()
    assert flaky() == "ok"


def test_invalidate_forgets_one_result():
    calls = []

    @memoize(clock=ManualClock())
    def double(x):
        calls.append(x)
        return 2 * x

    double(1)
    double(2)
    assert double.invalidate(1)
    assert not double.invalidate(1)
    double(1)
    double(2)
    assert calls == [1, 2, 1]


def test_the_wrapper_keeps_name_and_docstring():
    @memoize()
    def greet():
        """Say hello."""

    assert greet.__name__ == "greet"
    assert greet.__doc__ == "Say hello."
