import pytest

from moneykit import GERMAN, Ledger, Money, ParseError


@pytest.fixture
def ledger():
    ledger = Ledger()
    ledger.add("rent", Money.of("-1234.50", "EUR"))
    ledger.add("salary", Money.of("3000.00", "EUR"))
    ledger.add("noodles", Money.of(-1500, "JPY"))
    return ledger


def test_totals(ledger):
    assert ledger.totals() == {"EUR": Money.of("1765.50", "EUR"), "JPY": Money.of(-1500, "JPY")}


def test_dumps(ledger):
    assert ledger.dumps() == "rent\t-EUR 1,234.50\nsalary\tEUR 3,000.00\nnoodles\t-JPY 1,500\n"
    assert ledger.dumps(GERMAN).splitlines()[0] == "rent\t-1.234,50\u00a0EUR"


def test_round_trip(ledger):
    assert Ledger.loads(ledger.dumps() + "\n") == ledger


def test_loads_names_the_line():
    with pytest.raises(ParseError, match="line 2"):
        Ledger.loads("a\t$1.00\nb $2.00\n")
    with pytest.raises(ParseError, match="line 1"):
        Ledger.loads("a\tsoon\n")


def test_labels_stay_on_one_line(ledger):
    with pytest.raises(ValueError):
        ledger.add("two\nlines", Money.of(1, "USD"))
