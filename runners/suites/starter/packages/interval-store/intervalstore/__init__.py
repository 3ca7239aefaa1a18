"""A sorted map from half-open intervals to values."""

from .codec import FormatError, dumps, loads
from .coverage import covered, gaps
from .interval import Interval
from .store import IntervalStore

__all__ = ["FormatError", "Interval", "IntervalStore", "covered", "dumps", "gaps", "loads"]
