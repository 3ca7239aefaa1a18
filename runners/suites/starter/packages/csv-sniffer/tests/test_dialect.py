from decimal import Decimal

import pytest

from csvsniff import Dialect


def test_encode_row():
    assert Dialect().encode_row(["a", 1, None, True, 2.5]) == "a,1,,true,2.5\r\n"
    assert Dialect(";", lineterminator="\n").encode_row([Decimal("1.50"), "x"]) == "1.50;x\n"


def test_encode_quotes_where_needed():
    dialect = Dialect(";", "'", "\n")
    assert dialect.encode_field("a;b") == "'a;b'"
    assert dialect.encode_field("it's") == "'it''s'"
    assert dialect.encode_field("a,b") == "a,b"
    assert dialect.encode_field('5"') == '5"'


def test_split_reads_what_encode_wrote():
    rows = [["id", "name"], ["1", 'Doe, "Jo"'], ["2", ""]]
    dialect = Dialect()
    assert dialect.split(dialect.encode(rows)) == rows


def test_split_keeps_line_breaks_in_quoted_fields():
    assert Dialect().split('1,"a\r\nb"\r\n\r\n2,c\r\n') == [["1", "a\r\nb"], ["2", "c"]]


def test_plain_fields_are_not_quoted():
    assert Dialect().encode(([" a ", "b\tc"], ["-", "#"])) == " a ,b\tc\r\n-,#\r\n"


def test_invalid_dialects():
    for options in ({"delimiter": ""}, {"quotechar": "''"}, {"delimiter": '"'}):
        with pytest.raises(ValueError):
            Dialect(**options)
