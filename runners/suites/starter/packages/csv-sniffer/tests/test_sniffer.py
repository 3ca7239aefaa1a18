from csvsniff import Column, ColumnType, Dialect, sniff

SAMPLE = "id;name;score\n1;Ann;2.5\n2;'Lee; Bob';3\n"


def test_sniff():
    result = sniff(SAMPLE)
    assert result.dialect == Dialect(";", "'", "\n")
    assert result.has_header
    assert result.columns == [
        Column("id", ColumnType.INTEGER),
        Column("name", ColumnType.TEXT),
        Column("score", ColumnType.FLOAT),
    ]


def test_read():
    assert sniff(SAMPLE).read(SAMPLE) == [[1, "Ann", 2.5], [2, "Lee; Bob", 3.0]]


def test_without_header_columns_are_numbered():
    result = sniff("1,2024-01-01\n2,2024-01-02,extra\n")
    assert not result.has_header
    assert [column.name for column in result.columns] == ["1", "2", "3"]


def test_empty_sample():
    result = sniff("")
    assert result.columns == [] and result.read("") == []
