import pytest

from moneykit import ACCOUNTING, FRENCH, GERMAN, SWISS, Money, ParseError


def test_format_default():
    assert Money.of("1234.5", "USD").format() == "$1,234.50"
    assert Money.of("-0.05", "USD").format() == "-$0.05"
    assert Money.of(1234567, "JPY").format() == "¥1,234,567"
    assert str(Money.of("1.5", "KWD")) == "KWD 1.500"


def test_format_styles():
    amount = Money.of("-1234.50", "EUR")
    assert amount.format(GERMAN) == "-1.234,50\u00a0€"
    assert amount.format(FRENCH, use_code=True) == "-1\u202f234,50\u00a0EUR"
    assert amount.format(ACCOUNTING) == "(€1,234.50)"
    assert Money.of("1234.50", "CHF").format(SWISS) == "Fr.1’234.50"


@pytest.mark.parametrize(
    ("text", "code", "amount"),
    [
        ("$1,234.50", "USD", 123450),
        ("-$0.05", "USD", -5),
        ("CA$7", "CAD", 700),
        ("1234.50 EUR", "EUR", 123450),
        ("  usd 12.34 ", "USD", 1234),
        ("¥1,000,000", "JPY", 1000000),
        ("-KWD 0.050", "KWD", -50),
    ],
    ids=["symbol", "negative", "longsymbol", "after", "spaces", "yen", "dinar"],
)
def test_parse(text, code, amount):
    money = Money.parse(text)
    assert (money.currency.code, money.amount) == (code, amount)


def test_parse_with_a_given_currency():
    assert Money.parse("12.34", "EUR") == Money.of("12.34", "EUR")
    assert Money.parse("€12.34", "EUR") == Money.of("12.34", "EUR")
    with pytest.raises(ParseError):
        Money.parse("$12.34", "EUR")


@pytest.mark.parametrize(
    "text",
    ["", "$", "12.34", "$12.345", "¥1.0", "$1,23.00", "$1 2", "$5 USD", "($5.00)", "Q5", "$.5"],
    ids=range(11),
)
def test_parse_rejects(text):
    with pytest.raises(ParseError):
        Money.parse(text)
