"""The Calibration screen: its header, its groups of forecasts as rows, and their figures with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from market.calibration import Analysis, Estimate, Figure, Range, WorkerAnalysis
from market.observations import Observations
from marketbench_tui.charts.series import Series
from marketbench_tui.lines import Line, Span, clip, line, width_of
from marketbench_tui.ports import SessionCard
from marketbench_tui.study import By
from marketbench_tui.text import safe_line
from marketbench_tui.view import amounts
from marketbench_tui.view.bars import gap_bar, gap_tone
from marketbench_tui.view.header import BADGE, BRAND
from themes.tones import Tone

GAP_CELLS = 8
RATIOS = frozenset({Figure.TOKEN_RATIO_Q1, Figure.TOKEN_RATIO_MEDIAN, Figure.TOKEN_RATIO_Q3})
SIGNED = frozenset({Figure.GAP, Figure.TOKEN_LOG10_BIAS})
SHOWN, HIDDEN = "●", "○"
TITLES = {By.WORKER: "Workers", By.DIFFICULTY: "Difficulties", By.REPOSITORY: "Repositories"}
NO_FORECASTS = "Nobody has made a forecast in this session. r on the Desk goes on with one that was stopped."
NO_OUTCOMES = (
    "None of the forecasts of this session has an outcome, so there is nothing to compare them with. Let it "
    "attempt its tasks, or import forecasts with outcomes: marketbench import FILE.jsonl."
)
ALL_HIDDEN = "Every row is hidden: space draws the chosen one, enter draws it alone."
ALL_UNKNOWN = "Nobody who was drawn has an outcome: d goes on, back to the workers in the end."
NO_FIGURES = "There are no figures without an outcome."
COUNTING = "Reading the forecasts …"


def nothing(observations: Observations | None) -> str:
    """Why no figure can be shown; empty where one can."""
    if observations is None:
        return COUNTING
    if not len(observations):
        return NO_FORECASTS
    return "" if observations.seen.any() else NO_OUTCOMES


# --- the header ---------------------------------------------------------------------------


def header(
    card: SessionCard | None, other: SessionCard | None, analysis: Analysis | None, width: int
) -> Line:
    """Which session this is, which it is compared with, and how much there is to go by."""
    lead = Span(f" {BRAND}  Calibration  ", Tone.ACCENT, bold=True)
    if card is None:
        return (lead,)
    against = (Span("   against ", Tone.SOFT), *_named(other)) if other else ()
    called = (lead, *_named(card), *against)
    sizes = (Span(words, Tone.SOFT) for words in _sizes(analysis))
    whole = ((*called, size) for size in sizes if width_of((*called, size)) <= width)
    return next(whole, clip(called, width))


def _named(card: SessionCard) -> Line:
    badge = (Span(" "), BADGE) if card.simulated else ()
    return (Span(f"#{card.id} {safe_line(card.name)}", bold=True), *badge)


def _sizes(analysis: Analysis | None) -> Iterator[str]:
    """How much there is to go by, in ever fewer words."""
    if analysis is None or not analysis.pooled.n:
        return
    pooled = analysis.pooled
    forecasts = amounts.count(pooled.n, "forecast")
    tasks, repos = (
        amounts.count(pooled.tasks, "task"),
        amounts.count(pooled.repos, "repository", "repositories"),
    )
    yield f"   {forecasts} with an outcome, {tasks}, {repos}"
    yield f"   {forecasts}, {tasks}"
    yield f"   {forecasts}"


# --- groups of forecasts ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group as a row; `key` is its name as it was given, all other text is safe.

    Attributes:
        shown: whether it is drawn.
        mean_p, pass_rate, gap: shares; None where undefined.
        note: why there are no figures; empty where there are.
    """

    key: str
    name: str
    letter: str
    tone: Tone
    shown: bool
    n: int
    mean_p: float | None
    pass_rate: float | None
    gap: float | None
    note: str


def group_lines(series: Sequence[Series], hidden: Iterable[str]) -> tuple[GroupLine, ...]:
    """The groups of a session, all of them pooled last."""
    hidden = frozenset(hidden)
    return tuple(_group_line(each, each.name not in hidden) for each in series)


def _group_line(series: Series, shown: bool) -> GroupLine:
    figures = series.analysis.figures
    gap = figures[Figure.GAP]
    return GroupLine(
        key=series.name,
        name=safe_line(series.name),
        letter=series.letter,
        tone=series.tone,
        shown=shown,
        n=series.analysis.n,
        mean_p=figures[Figure.MEAN_P].value,
        pass_rate=figures[Figure.PASS_RATE].value,
        gap=gap.value,
        note=gap.note,
    )


def mark(row: GroupLine) -> Line:
    """Whether it is drawn, and as what."""
    return (
        Span(f"{SHOWN if row.shown else HIDDEN} ", row.tone if row.shown else Tone.FAINT),
        Span(row.letter, row.tone if row.shown else Tone.FAINT, bold=row.shown),
    )


def group_name(row: GroupLine) -> Line:
    """What it is called."""
    return (Span(row.name, Tone.INK if row.shown else Tone.FAINT),)


def gap_drawn(row: GroupLine) -> Line:
    """What was said less what happened, as a bar; nothing where that cannot be told."""
    return () if row.note else gap_bar(row.gap, GAP_CELLS)


def gap_told(row: GroupLine) -> Line:
    """The same in points, or why not."""
    if row.note or row.gap is None:
        return (Span("few" if row.n else amounts.NONE, Tone.FAINT),)
    return (Span(amounts.points(row.gap), gap_tone(row.gap)),)


def groups_title(by: By, shown: int, of: int) -> Line:
    """What the frame of the groups says."""
    return (Span("1 ", Tone.FAINT), Span(TITLES[by], bold=True), Span(f" {shown} of {of}", Tone.SOFT))


# --- figures ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure of one group.

    Attributes:
        value: as it is shown, or a dash.
        interval: the honest one, or why there is none.
        by_repo, by_task: both.
        other, other_interval, difference: of the session that is compared with, and this less that.
    """

    figure: Figure
    value: str
    interval: str
    by_repo: str
    by_task: str
    n: int
    note: str
    other: str = ""
    other_interval: str = ""
    difference: str = ""


def figure_lines(analysis: WorkerAnalysis, other: WorkerAnalysis | None = None) -> tuple[FigureLine, ...]:
    """All figures of a group, against those of another session where there is one."""
    if not analysis.n:
        return ()
    return tuple(_figure_line(figure, analysis, other) for figure in Figure)


def _figure_line(figure: Figure, analysis: WorkerAnalysis, other: WorkerAnalysis | None) -> FigureLine:
    estimate = analysis.figures[figure]
    against = other.figures[figure] if other else None
    return FigureLine(
        figure=figure,
        value=told(figure, estimate),
        interval=interval(figure, estimate),
        by_repo=_between(figure, estimate.by_repo),
        by_task=_between(figure, estimate.by_task),
        n=estimate.n,
        note=estimate.note or estimate.caveat,
        other=told(figure, against) if against else "",
        other_interval=interval(figure, against) if against else "",
        difference=difference(figure, estimate, against) if against else "",
    )


def told(figure: Figure, estimate: Estimate) -> str:
    """The value with the digits it deserves; a dash where it cannot be told."""
    return (
        amounts.NONE if estimate.value is None or not estimate.tellable else _digits(figure, estimate.value)
    )


def interval(figure: Figure, estimate: Estimate) -> str:
    """The honest interval; what keeps the figure from being told, where something does."""
    if not estimate.tellable:
        return estimate.note
    marked = " t" if estimate.by_repo is None and estimate.by_task is not None else ""
    return f"{_between(figure, estimate.interval)}{marked}"


def difference(figure: Figure, estimate: Estimate, other: Estimate) -> str:
    """This less the other, where both can be told."""
    if estimate.value is None or other.value is None or not (estimate.tellable and other.tellable):
        return amounts.NONE
    gap = estimate.value - other.value
    return f"{gap:+.3f}{'×' if figure in RATIOS else ''}"


def _between(figure: Figure, bounds: Range | None) -> str:
    return (
        amounts.NONE if bounds is None else f"{_digits(figure, bounds.low)} … {_digits(figure, bounds.high)}"
    )


def _digits(figure: Figure, value: float) -> str:
    if figure in RATIOS:
        return f"{value:.2f}×" if value < 100 else f"{value:.0f}×"
    return f"{value:+.3f}" if figure in SIGNED else f"{value:.3f}"


def not_there(session: int | None) -> str:
    """Why a row has nothing to be compared with."""
    return f"#{session} has no forecast with an outcome under this name."


def about_figure(row: FigureLine | None, level: float, resampled: bool, against: str = "") -> list[Line]:
    """What a figure says, and what to know about its interval.

    Args:
        row: the figure.
        level: of its intervals.
        resampled: whether they are known yet.
        against: why there is nothing to compare with, where there should be.
    """
    if row is None:
        return []
    meaning = line(Span(row.figure.meaning))
    if against:
        return [meaning, line(Span(against, Tone.SOFT))]
    if not resampled:
        return [meaning, line(Span("The intervals are being resampled …", Tone.SOFT))]
    if row.other:
        both = f"{level:.0%}: {row.interval}, against {row.other_interval}."
        return [meaning, line(Span(both, Tone.SOFT))]
    drawn = f"{level:.0%} bootstrap: whole repositories are drawn, or tasks where it ends in t."
    sentence = f"{row.note}." if row.note else drawn
    return [meaning, line(Span(sentence, Tone.SOFT))]


def figures_title(series: Series | None) -> Line:
    """What the frame of the figures says."""
    if series is None:
        return (Span("5 ", Tone.FAINT), Span("Figures", bold=True))
    return (
        Span("5 ", Tone.FAINT),
        Span("Figures of ", bold=True),
        Span(f"{series.letter} ", series.tone, bold=True),
        Span(safe_line(series.name), bold=True),
    )


# --- sessions to compare with -------------------------------------------------------------


def comparable(cards: Sequence[SessionCard], session: int) -> tuple[SessionCard, ...]:
    """The other sessions, but those in the trash."""
    return tuple(card for card in cards if card.id != session and card.trashed_at is None)


def opened(card: SessionCard, now: datetime) -> Line:
    """When a session was opened."""
    return (Span(amounts.age(card.created_at, now), Tone.SOFT),)
