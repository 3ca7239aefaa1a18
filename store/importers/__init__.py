"""Files of other programs, as sessions.

- `sniff`: what kind of file this is, from a look at its beginning.
- `phase1`: self-forecasts with outcomes, in the row format of the MarketBench study.
- `prices`: the study's price table.
"""

from store.importers.phase1 import ImportReport, import_phase1
from store.importers.sniff import FileKind, importable_kind, sniff

__all__ = ["FileKind", "ImportReport", "import_phase1", "importable_kind", "sniff"]
