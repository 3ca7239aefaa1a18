"""Lines are measured, clipped and folded in terminal cells, and lose nothing they should keep."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from marketbench_tui.lines import Span, clip, fit, line, plain, width_of, wrap
from themes.tones import Tone

WORDS = st.text(st.sampled_from("ab 日本é✓x"), max_size=60)
LINES = st.lists(st.builds(Span, WORDS, st.sampled_from([Tone.INK, Tone.FAILED])), max_size=4).map(tuple)


def test_a_line_that_fits_is_left_as_it_is():
    spans = line("short ", Span("one", Tone.PASSED))
    assert clip(spans, 9) == spans


def test_a_line_that_is_too_long_ends_in_an_ellipsis():
    assert plain(clip(line("interval-store-3"), 9)) == "interval…"


def test_cells_are_counted_not_characters():
    assert plain(clip(line("日本語日本語"), 6)) == "日本…"


@given(LINES, st.integers(0, 40), st.booleans())
def test_a_fitted_line_has_exactly_the_width(spans: tuple[Span, ...], width: int, right: bool):
    assert width_of(fit(spans, width, right)) == width


@given(LINES, st.integers(2, 40))
def test_folded_rows_fit_and_keep_every_character_that_is_not_a_blank(spans: tuple[Span, ...], width: int):
    rows = wrap(spans, width)
    assert all(width_of(row) <= width for row in rows)
    assert "".join(plain(row) for row in rows).replace(" ", "") == plain(spans).replace(" ", "")


def test_folding_prefers_blanks_and_marks_the_rest():
    rows = wrap(line("the quick brown fox jumps"), 12, line("» "))
    assert [plain(row).rstrip() for row in rows] == ["the quick", "» brown fox", "» jumps"]
