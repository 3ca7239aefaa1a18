"""The words of simulated workers: forecasts good and bad, and attempts that end in a diff."""

from __future__ import annotations

import json
import re

import numpy as np

_RATIONALES = (
    "The report is specific and the change looks local.",
    "The expected behaviour is clear; the edge cases are where I might slip.",
    "Several modules take part, so a full fix needs care.",
    "I have seen this kind of defect before and know where to look.",
    "The tests named suggest more cases than the report mentions.",
)

_OPENINGS = (
    "Let me start from the reproduction in the report.",
    "First I want to see which code path the report exercises.",
    "The symptom is described well, so the question is where it comes from.",
)
_MIDDLES = (
    "The value is computed in {file}, and the branch that handles this input is the one to look at.",
    "Following the calls leads to {file}; what it does there does not match what the report expects.",
    "In {file} the condition covers the ordinary case but not the one that the report describes.",
)
_CLOSINGS = (
    "I keep the change small and leave the public behaviour alone otherwise.",
    "The existing tests should keep passing, as nothing else depends on this.",
    "I checked the neighbouring cases by hand before writing the change down.",
)
_GIVING_UP = "I could not find a change that I believe in, so I hand in none."


def forecast(p: float, tokens: int, ask: float | None, rng: np.random.Generator) -> str:
    """A forecast that can be read, at times fenced or wrapped in chatter as models do."""
    body = _body(p, tokens, ask, str(rng.choice(_RATIONALES)))
    style = rng.random()
    if style < 0.70:
        return body
    if style < 0.90:
        return f"```json\n{body}\n```"
    return f"Having read the task, this is my estimate.\n\n{body}\n\nI am ready to start."


def malformed(p: float, tokens: int, ask: float | None, rng: np.random.Generator) -> str:
    """A forecast that cannot be read, in one of the ways that real models find."""
    body = _body(p, tokens, ask, str(rng.choice(_RATIONALES)))
    stated = f'"p_success": {json.dumps(p)}'
    ways = (
        f"I am about {round(100 * p)}% confident that I can solve this in roughly {tokens} tokens.",
        body.replace(stated, '"p_success": NaN'),
        body.replace(stated, f'"p_success": {max(2, round(100 * p))}'),
        body.replace(stated, f'"p_success": "{p}"'),
        body[: len(body) // 2],
    )
    return ways[int(rng.integers(len(ways)))]


def attempt(patch: str, rng: np.random.Generator) -> str:
    """An attempt's answer: a few sentences, then the patch as a fenced unified diff."""
    if not patch.strip():
        return f"{rng.choice(_OPENINGS)} {_GIVING_UP}\n"
    files = re.findall(r"^\+\+\+ b/(\S+)", patch, re.MULTILINE)
    thoughts = [str(rng.choice(_OPENINGS))]
    thoughts += [str(rng.choice(_MIDDLES)).format(file=file) for file in files[:4]]
    thoughts.append(str(rng.choice(_CLOSINGS)))
    return f"{' '.join(thoughts)}\n\n```diff\n{patch.rstrip(chr(10))}\n```\n"


def pieces(text: str) -> list[str]:
    """The text in word-sized pieces that join to it."""
    return re.findall(r"\s*\S+\s*?(?=\s|$)|\s+$", text)


def _body(p: float, tokens: int, ask: float | None, rationale: str) -> str:
    fields = {"ask": ask} if ask is not None else {}
    return json.dumps({**fields, "p_success": p, "estimated_tokens_total": tokens, "rationale": rationale})
