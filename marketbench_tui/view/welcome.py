"""What an empty Desk says: what the workbench is for, and where to begin."""

from __future__ import annotations

from marketbench_tui.lines import Line, Span, line, wrap
from themes.tones import Tone

WORDMARK = "M A R K E T B E N C H"
USES = (
    (
        "Run an auction",
        "Models say what they can do and at what price, bid for repair tasks, "
        "and the winners work while you watch.",
        "n here, marketbench run SPEC.toml elsewhere",
    ),
    (
        "Look at a past one",
        "Every event of a session is kept. Open it again, see why each bid won, "
        "and compare what was said with what happened.",
        "marketbench import FILE",
    ),
    (
        "Check what a model knows of itself",
        "Before you deploy a model: is it overconfident, underconfident, or right about itself? "
        "Asked until that is sure.",
        "v, or marketbench check MODEL",
    ),
)
DEMO = "Six simulated sellers bid and work: offline, free, in minutes."


def welcome(width: int) -> list[Line]:
    """The page for an empty Desk."""
    question = "Do language models know what they are worth? Let them bid, and see."
    lines: list[Line] = [
        (),
        line(Span(WORDMARK, Tone.ACCENT, bold=True)),
        line(Span("━" * len(WORDMARK), Tone.ACCENT)),
        (),
        line(Span(question, bold=True)),
        (),
    ]
    for title, sentence, command in USES:
        lines.append(
            line(Span("▸ ", Tone.AWARD), Span(title, bold=True), Span(f"   {command}", Tone.FAINT)),
        )
        lines += [*_indented(sentence, 2, width), ()]
    keys = line(
        Span(" d ", Tone.BADGE, bold=True, action="screen.demo"),
        Span("  starts the demo   ", bold=True),
        Span(" n ", Tone.BADGE, bold=True, action="screen.new"),
        Span("  sets up a session   ", bold=True),
        Span(" v ", Tone.BADGE, bold=True, action="screen.check"),
        Span("  checks a model", bold=True),
    )
    return [*lines, keys, *_indented(DEMO, 5, width)]


def _indented(sentence: str, by: int, width: int) -> list[Line]:
    rows = wrap(line(Span(sentence, Tone.SOFT)), width - by)
    return [(Span(" " * by), *row) for row in rows]
