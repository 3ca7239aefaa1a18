"""Guessing the delimiter, the quote character and the line terminator."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

DELIMITERS = ",;\t|"


def _quoted_field(quotechar: str) -> re.Pattern[str]:
    """Matches a quoted field, from its opening to its closing quote."""
    quote = re.escape(quotechar)
    return re.compile(
        rf"(?:\A|(?<=[{DELIMITERS}\r\n])){quote}"
        rf"(?:[^{quote}]|{quote}{quote})*"
        rf"{quote}(?=[{DELIMITERS}\r\n]|\Z)"
    )


def guess_quotechar(sample: str) -> str:
    """The quote character around most quoted fields; a double quote if there are none."""
    double, single = (len(_quoted_field(quote).findall(sample)) for quote in "\"'")
    return "'" if single > double else '"'


def guess_lineterminator(sample: str) -> str:
    """The terminator of the first line."""
    match = re.search(r"\r\n|\n|\r", sample)
    return match.group() if match else "\n"


def guess_delimiter(sample: str, quotechar: str = '"') -> str:
    """The delimiter that occurs equally often on the most lines.

    If several do, the one that makes for more columns is taken. A sample in
    which no delimiter occurs is taken to be comma-separated. Delimiters inside
    quotes do not count.
    """
    quote = re.escape(quotechar)
    quoted = re.compile(f"{quote}[^{quote}]*{quote}")
    lines = [quoted.sub("", line) for line in sample.splitlines() if line.strip()]
    best, best_score = ",", (0.0, 0)
    for candidate in DELIMITERS:
        score = _consistency(line.count(candidate) for line in lines)
        if score > best_score:
            best, best_score = candidate, score
    return best


def _consistency(counts: Iterable[int]) -> tuple[float, int]:
    """The share of lines with the most frequent positive count, and that count."""
    frequencies = Counter(counts)
    lines = sum(frequencies.values())
    del frequencies[0]
    if not frequencies:
        return 0.0, 0
    usual, hits = max(frequencies.items(), key=lambda item: (item[1], item[0]))
    return hits / lines, usual
