"""The scaffold `one-shot`: one prompt with everything in it, one answer, applied with git."""

from __future__ import annotations

import asyncio
from pathlib import Path, PurePosixPath

from runners.scaffolds.answers import Answer, FileBlock, normalised, parse_answer
from runners.scaffolds.base import Submission, Work
from runners.scaffolds.prompt import messages, read_sources
from runners.workspace import PatchError, Workspace, WorkspaceError

CUT_OFF = "length"
"""What providers call an answer that ran into its limit of tokens."""

CHANGE_CHARS = 500_000
"""Longest change that an answer may ask for. Git takes quadratic time for some long ones, and a
repair needs a fraction of this."""
REASON_CHARS = 300
"""How much of git's line is told; it may quote a path of thousands of characters."""


class OneShot:
    """Asks once; the submission is the diff of the workspace after the answer was applied."""

    name = "one-shot"

    async def attempt(self, work: Work) -> Submission:
        """Work on the task; see `runners.scaffolds.base.Scaffold`."""
        if work.task.sources is None:
            raise WorkspaceError(f"{work.task.id} has no sources here, so there is nothing to work on")
        workspace = await Workspace.create(work.task.sources, work.folder / "workspace")
        sources = await asyncio.to_thread(read_sources, workspace.folder)
        answer = await work.ask(messages(work.task, sources))
        note = await apply_answer(workspace, parse_answer(answer.text))
        content = await workspace.diff()
        if note and answer.finish == CUT_OFF:
            note += " (the answer was cut off at its limit of tokens)"
        if not note and not content:
            note = "the answer changes nothing"
        if note:
            work.emit("note", note + "\n")
        return Submission(content, note=note)


async def apply_answer(workspace: Workspace, answer: Answer) -> str:
    """Bring a workspace to what an answer asks for, all of it or nothing.

    Diffs come first, then whole files, which replace what a diff made of the same file.

    Returns:
        What went wrong, in one line; empty where nothing did. After trouble the workspace
        is at its base commit.

    Raises:
        WorkspaceError: git cannot be run.
    """
    if not answer.candidates and not answer.files:
        return "the answer holds no patch"
    if answer.chars > CHANGE_CHARS:
        return f"the patch is too long: {answer.chars:,} characters, {CHANGE_CHARS:,} are allowed"
    try:
        if answer.candidates:
            await _apply_first(workspace, answer.candidates)
        await workspace.apply(await asyncio.to_thread(_replacements, workspace.folder, answer.files))
    except PatchError as error:
        await workspace.reset()
        return f"the patch does not apply: {str(error)[:REASON_CHARS]}"
    return ""


async def _apply_first(workspace: Workspace, candidates: tuple[str, ...]) -> None:
    """Apply the first candidate that applies: as it was written, or else mended."""
    refusal: PatchError | None = None
    for patch in candidates:
        mended = normalised(patch)
        for variant, lenient in ((patch, False), (mended, True), (_with_windows_ends(mended), True)):
            try:
                return await workspace.apply(variant, lenient=lenient)
            except PatchError as error:
                refusal = refusal or error
    assert refusal is not None
    raise refusal


def _with_windows_ends(patch: str) -> str:
    """The same change to a file with Windows line ends."""
    lines = patch.split("\n")
    return "\n".join(line if _is_header(line) else f"{line}\r" for line in lines)


def _is_header(line: str) -> bool:
    in_file = line[:1] in (" ", "+", "-")
    return not in_file or line.startswith(("--- a/", "+++ b/", "--- /dev/null", "+++ /dev/null"))


def _replacements(folder: Path, files: tuple[FileBlock, ...]) -> str:
    return "".join(block.patch(_current_text(folder, block.path)) for block in files)


def _current_text(folder: Path, name: str) -> str | None:
    """A file of the workspace; None where it is not there, or is not text that may be replaced."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        return None
    try:
        target = folder / path
        return target.read_bytes().decode() if target.is_file() and not target.is_symlink() else None
    except (OSError, ValueError):
        return None  # a name that no file can have, or not text
