import pytest

from csvsniff import guess_delimiter, guess_lineterminator, guess_quotechar


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semi", "tab", "bar"])
def test_simple_delimiters(delimiter):
    rows = [["id", "name", "city"], ["1", "Ann", "Rome"], ["2", "Bob", "Oslo"]]
    assert guess_delimiter("\n".join(delimiter.join(row) for row in rows)) == delimiter


def test_the_more_regular_delimiter_wins():
    assert guess_delimiter("a;x, y\nb;z\nc;p, q, r\n") == ";"


def test_more_columns_win_a_tie():
    assert guess_delimiter("1,5;2,5;3,5\n1,0;2,0;3,0\n") == ","
    assert guess_delimiter("1,5;2;3;4\n1,0;2;3;4\n") == ";"


def test_delimiters_inside_quotes_do_not_count():
    assert guess_delimiter('1;"Doe, Jo, Jr"\n2;"Ray, Al, Sr"\n') == ";"
    assert guess_delimiter("1|'a;b;c'\n2|'d;e;f'\n", "'") == "|"


def test_no_delimiter():
    assert guess_delimiter("") == ","
    assert guess_delimiter("one\ntwo\n") == ","


def test_quotechar():
    assert guess_quotechar("a,b\n") == '"'
    assert guess_quotechar('"a",b\n') == '"'
    assert guess_quotechar("'a',b\n'c','it''s'\n") == "'"
    assert guess_quotechar("O'Brien,x'\n") == '"'
    assert guess_quotechar("1;'two\nlines'\n") == "'"


def test_lineterminator():
    assert guess_lineterminator("a\r\nb\n") == "\r\n"
    assert guess_lineterminator("a\nb") == "\n"
    assert guess_lineterminator("a") == "\n"
