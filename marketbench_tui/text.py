"""Makes text from models safe to show: nothing in it can move the cursor, hide or reorder text.

Everything that a model, a tool or an imported file wrote passes through here before it
reaches a pane. What is dangerous is shown as a mark, so that a reader sees it was there;
ANSI colour and cursor sequences, which are noise, are taken out. The result is plain text
and is never read as markup.
"""

from __future__ import annotations

import re
import unicodedata

LINE_LIMIT = 4_000
"""Longest line that is shown, in characters; the rest is cut with a mark."""
TAB = 4
"""Cells between tab stops."""
MARKS_LIMIT = 3
"""Combining marks kept on one character; more would climb into the lines above."""

_ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor moves
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC: titles, links, clipboard
    r"|\x9b[0-?]*[ -/]*[@-~]"  # CSI as one character
    r"|\x1b[ -/]*[0-~]"  # the short ones
)
_PLAIN = re.compile(r"[ -~\n]*\Z")
_BREAKS = re.compile("\r\n|\r|\v|\f|\x85|\u2028|\u2029")
_HOSTILE = re.compile(  # what is often met; `_thin` finds the rest
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls; tabs and line feeds are handled apart
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # invisible, and those that reorder
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb"  # width selectors, marks of order
    "\ud800-\udfff\U000e0000-\U000e0fff]"  # halves of characters, tags
)


def safe(text: str) -> str:
    """The text with controls made visible, escapes removed and line ends made `\\n`.

    Long lines are cut, tabs become spaces. The result may have many lines.
    """
    if _PLAIN.match(text) and len(text) <= LINE_LIMIT:
        return text
    text = _BREAKS.sub("\n", _ANSI.sub("", text))
    return "\n".join(_clean(_cut(line, len(line))) for line in text.split("\n"))


def safe_line(text: str) -> str:
    """The text made safe and put on one line, with `↵` where it had others."""
    return safe(text).strip("\n").replace("\n", " ↵ ")


def safe_start(text: str, characters: int) -> str:
    """The start of a line of so many characters made safe; says how long it was."""
    text = _BREAKS.sub(" ", _ANSI.sub("", text))
    return _clean(_cut(text[: LINE_LIMIT + 1], characters))


def _cut(line: str, characters: int) -> str:
    if len(line) <= LINE_LIMIT:
        return line
    return f"{line[:LINE_LIMIT]} … cut here: the line has {characters:,} characters"


def _clean(line: str) -> str:
    line = _HOSTILE.sub(_mark, line.expandtabs(TAB))
    return line if line.isascii() else _thin(line)


def _mark(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xFE00 <= code <= 0xFE0F:
        return ""  # a width selector alone changes how wide its neighbour is drawn
    return f"‹{code:04X}›"


def _thin(line: str) -> str:
    """Show the rarer invisible characters, and drop the combining marks beyond a few on one character."""
    kept: list[str] = []
    run = 0
    for character in line:
        category = unicodedata.category(character)
        run = run + 1 if category in ("Mn", "Me") else 0
        if category in ("Cf", "Cs"):
            kept.append(f"‹{ord(character):04X}›")
        elif run <= MARKS_LIMIT:
            kept.append(character)
    return "".join(kept)
