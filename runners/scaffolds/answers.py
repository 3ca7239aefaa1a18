"""Reads a model's free-form answer: finds diffs and whole files among chatter.

Tolerant of what models do (several fences, Windows line ends, missing `diff --git` lines,
paths without a/ and b/, wrong line counts), because a sound repair in a slightly broken
envelope says nothing about the repair. It guesses nothing about content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath

_PATH = re.compile(
    r"(?:^|[\s{,:])(?:path|file|filename)\s{0,4}[=:]\s{0,4}"
    r"(?:\"(?P<double>[^\"]+)\"|'(?P<single>[^']+)'|(?P<bare>[^\"'\s{}]+))"
)
_DIFF_NAMES = ("diff", "patch", "udiff")
_DIFF_SUFFIXES = (".diff", ".patch")
_HUNK = re.compile(r"^@@ .*@@|^@@\s*$")
_OLD = re.compile(r"^--- (?P<path>\S.*)$")
_NEW = re.compile(r"^\+\+\+ (?P<path>\S.*)$")
_NO_FILE = "/dev/null"
INFO_CHARS = 1_000
"""How much of a fence's opening line is looked at for a path."""
_GIT_HEADERS = (
    "diff --git ",
    "index ",
    "old mode ",
    "new mode ",
    "new file mode ",
    "deleted file mode ",
    "similarity index ",
    "dissimilarity index ",
    "rename ",
    "copy ",
    "GIT binary patch",
)
_PLAIN_HEADERS = ("diff --git ", "index ")


@dataclass(frozen=True, slots=True)
class FileBlock:
    """A whole file as the model wants it."""

    path: str
    text: str

    def patch(self, current: str | None) -> str:
        """The diff that brings a file to this text; empty where it has it already.

        Going through a diff leaves it to git which paths may be written.

        Args:
            current: the file's text as it is; None creates the file.
        """
        text = self.text
        if current is not None and "\r\n" in current and "\r" not in text:
            text = text.replace("\n", "\r\n")
        if text == current:
            return ""
        path = self.path
        created = ["new file mode 100644"] if current is None else []
        hunk = [*_marked("-", current or ""), *_marked("+", text)]
        old = _NO_FILE if current is None else f"a/{path}"
        # A tab ends a name that may hold spaces.
        names = [f"--- {old}\t", f"+++ b/{path}\t", _hunk_header("@@", hunk)] if hunk else []
        return "".join(f"{line}\n" for line in (f"diff --git a/{path} b/{path}", *created, *names, *hunk))


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer asks for.

    Attributes:
        patches: diffs exactly as written, in the order in which they were written.
        files: whole files, with plain line ends; where a path comes twice, the last one counts.
    """

    patches: tuple[str, ...] = ()
    files: tuple[FileBlock, ...] = ()

    @property
    def candidates(self) -> tuple[str, ...]:
        """Diffs to try: all as one, and the last alone, for models that correct themselves."""
        if len(self.patches) < 2:
            return self.patches
        return ("".join(self.patches), self.patches[-1])

    @property
    def chars(self) -> int:
        """Characters of everything it asks for."""
        return sum(map(len, self.patches)) + sum(len(block.path) + len(block.text) for block in self.files)


@dataclass(frozen=True, slots=True)
class _Fence:
    info: str
    body: str

    @property
    def path(self) -> str:
        """The path that the opening line names; empty where it names none."""
        named = _PATH.search(self.info[:INFO_CHARS])
        return named["double"] or named["single"] or named["bare"] if named else ""

    @property
    def is_diff(self) -> bool:
        """Whether this is a diff, and not a file that quotes one."""
        if not _looks_like_diff(self.body):
            return False
        if not self.path or self.info.lower().startswith(_DIFF_NAMES):
            return True
        begins_so = self.body.startswith(("diff --git ", "--- "))
        return begins_so and not self.path.endswith(_DIFF_SUFFIXES)


def parse_answer(text: str) -> Answer:
    """Find the diffs and whole files in an answer; an answer without any gives an empty `Answer`.

    Takes time linear in the length of the text, whatever it holds.
    """
    if text.count("\n") == text.count("\r\n"):
        text = _plain(text)  # every line ends so: the answer's own line ends, not the files'
    patches: list[str] = []
    files: dict[str, str] = {}
    for fence in _fences(text):
        if fence.is_diff:
            patches.append(fence.body)
        elif fence.path:
            files[str(PurePosixPath(fence.path))] = _plain(fence.body)
    if not patches and not files and _looks_like_diff(text):
        patches.append(normalised(text))
    return Answer(tuple(patches), tuple(FileBlock(path, body) for path, body in files.items()))


def normalised(diff: str) -> str:
    """A diff that git reads: no chatter, a/ and b/ before paths, line counts that are right."""
    diff = _plain(diff)
    lines = diff.split("\n")
    kept: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        if _HUNK.match(line):
            body, position = _hunk_body(lines, position + 1)
            kept.extend((_hunk_header(line, body), *body))
            continue
        if line.startswith(_GIT_HEADERS):
            kept.append(line)
        elif _OLD.match(line) and position + 1 < len(lines) and _NEW.match(lines[position + 1]):
            _drop_plain_git_header(kept)
            kept.extend(_file_header(line, lines[position + 1]))
            position += 1
        elif kept and kept[-1].startswith("GIT binary patch"):
            return diff  # not written by hand; nothing to mend
        position += 1
    return "".join(f"{line}\n" for line in kept)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _fences(text: str) -> Iterator[_Fence]:
    """Fenced blocks. A block ends at a fence at least as long; one that never ends runs on."""
    fence, info, body = "", "", list[str]()
    for line in text.split("\n"):
        mark, said = _fence_line(line)
        if not fence:
            fence, info, body = mark, said, []
        elif mark.startswith(fence) and not said:
            yield _Fence(info, "".join(f"{part}\n" for part in body))
            fence = ""
        else:
            body.append(line)
    if fence:
        yield _Fence(info, "".join(f"{part}\n" for part in body).removesuffix("\n"))


def _fence_line(line: str) -> tuple[str, str]:
    """The fence that a line is and what stands behind it; two empty texts where it is none."""
    line = line.rstrip()
    behind = line.lstrip(line[:1]) if line[:1] in ("`", "~") else line
    mark = line[: len(line) - len(behind)]
    is_fence = len(mark) >= 3 and "`" not in behind
    return (mark, behind.strip()) if is_fence else ("", "")


def _marked(sign: str, text: str) -> list[str]:
    """The lines of a file as a diff shows them, each with its sign."""
    if not text:
        return []
    lines = [f"{sign}{line}" for line in text.removesuffix("\n").split("\n")]
    return lines if text.endswith("\n") else [*lines, "\\ No newline at end of file"]


def _looks_like_diff(text: str) -> bool:
    lines = _plain(text).split("\n")
    if any(line.startswith("diff --git ") for line in lines):
        return True
    return any(_OLD.match(old) and _NEW.match(new) for old, new in pairwise(lines))


def _hunk_body(lines: list[str], position: int) -> tuple[list[str], int]:
    """The lines of a hunk and where it ends.

    Its stated counts are not believed: it goes on as long as lines look like part of it.
    An empty line is context whose leading space was lost, unless nothing follows it.
    """
    body: list[str] = []
    while position < len(lines):
        line = lines[position]
        starts_file = _OLD.match(line) and position + 1 < len(lines) and _NEW.match(lines[position + 1])
        if starts_file or not (line == "" or line[0] in " +-\\"):
            break
        body.append(line or " ")
        position += 1
    while body and body[-1] == " ":
        body.pop()
    return body, position


def _hunk_header(line: str, body: list[str]) -> str:
    numbers = re.match(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@", line)
    old = sum(part[0] in " -" for part in body)
    new = sum(part[0] in " +" for part in body)
    # Without numbers any place does: git looks for the context.
    old_start, new_start = numbers.groups() if numbers else (min(old, 1), min(new, 1))
    return f"@@ -{old_start},{old} +{new_start},{new} @@"


def _drop_plain_git_header(kept: list[str]) -> None:
    """Drop a `diff --git` line that says no more than the two lines after it, as it may say it wrong.

    Git takes such a line at its word: without a/ and b/, or without a mode for a new file, it
    looks for files that are not there.
    """
    start = len(kept)
    while start and kept[start - 1].startswith(_PLAIN_HEADERS):
        start -= 1
    if start < len(kept) and kept[start].startswith("diff --git "):
        del kept[start:]


def _file_header(old_line: str, new_line: str) -> tuple[str, str]:
    old, new = old_line[4:].split("\t")[0].strip(), new_line[4:].split("\t")[0].strip()
    prefixed = (old == _NO_FILE or old.startswith("a/")) and (new == _NO_FILE or new.startswith("b/"))
    if prefixed:
        return f"--- {old}", f"+++ {new}"
    return f"--- {_prefix('a/', old)}", f"+++ {_prefix('b/', new)}"


def _prefix(prefix: str, path: str) -> str:
    return path if path == _NO_FILE else prefix + path.removeprefix("./")
