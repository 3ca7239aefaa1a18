"""Named random streams, so that the order of execution never changes a result.

A stream is derived from the session seed and the words that say what is drawn,
for instance ``stream(7, "reserve", "ttl-cache-1")``. Two streams with different
words are independent; the same words always give the same draws, on any machine.
"""

from __future__ import annotations

import hashlib

import numpy as np


def derive(seed: int, *words: str) -> int:
    """A 64-bit seed from the session seed and the words, by SHA-256."""
    text = "\x1f".join((str(seed), *words))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def stream(seed: int, *words: str) -> np.random.Generator:
    """The generator of the stream that these words name."""
    return np.random.Generator(np.random.PCG64(derive(seed, *words)))
