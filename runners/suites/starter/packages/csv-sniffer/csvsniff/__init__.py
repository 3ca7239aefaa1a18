"""Guess the dialect, header and column types of a CSV sample."""

from .columns import Column, ColumnType, convert, infer_cell, infer_column
from .delimiter import guess_delimiter, guess_lineterminator, guess_quotechar
from .dialect import Dialect
from .header import looks_like_header
from .sniffer import SniffResult, sniff

__all__ = [
    "Column",
    "ColumnType",
    "Dialect",
    "SniffResult",
    "convert",
    "guess_delimiter",
    "guess_lineterminator",
    "guess_quotechar",
    "infer_cell",
    "infer_column",
    "looks_like_header",
    "sniff",
]
