"""The one root of errors that a person can act on."""

from __future__ import annotations


class MarketBenchError(Exception):
    """Something went wrong that a person can mend; the message is one line that says how.

    Screens and the command line show the message as it is. Anything else that escapes is a
    fault of the program and keeps its traceback.
    """
