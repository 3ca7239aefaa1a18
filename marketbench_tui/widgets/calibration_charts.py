"""The charts of the Calibration screen, each with its own words of help."""

from __future__ import annotations

from typing import ClassVar

from marketbench_tui.widgets.chart import ChartPane

EXPORTS = (
    "\n\nThe letters are those of the rows on the left. e writes the chart as PNG and SVG and its numbers as "
    "CSV; y copies it in words."
)


class ReliabilityPane(ChartPane):
    """The reliability diagram."""

    PANE_TITLE: ClassVar[str] = "Reliability"
    DIGIT: ClassVar[str] = "2"
    HELP: ClassVar[str | None] = (
        "How often tasks passed, by what was said of them: the isotonic pass rate, which needs no bins "
        "(CORP). On the dashed diagonal as many passed as was said; a curve under it is overconfident. The "
        "shaded band is of the chosen row: where its curve would lie, as often as the legend says, if its "
        "forecasts were calibrated. Outside of the band it is not by chance." + EXPORTS
    )

    def __init__(self) -> None:
        super().__init__(self.PANE_TITLE, id="reliability", brief=True)


class SharpnessPane(ChartPane):
    """The sharpness histogram."""

    PANE_TITLE: ClassVar[str] = "Sharpness"
    DIGIT: ClassVar[str] = "3"
    HELP: ClassVar[str | None] = (
        "Which probabilities were stated, and how often, in ten bins: bars where one row is drawn, lines "
        "where several are. Who always says the same may be calibrated and still tells nothing." + EXPORTS
    )

    def __init__(self) -> None:
        super().__init__(self.PANE_TITLE, id="sharpness", brief=True)


class TokensPane(ChartPane):
    """The plot of token ratios."""

    PANE_TITLE: ClassVar[str] = "Token ratio"
    DIGIT: ClassVar[str] = "4"
    HELP: ClassVar[str | None] = (
        "Estimated over actual tokens on a log scale: the letter at the median, a thick line over the middle "
        "half, a thin one from 5 to 95 per cent. Left of the dashed line is too low an estimate; at 0.1× ten "
        "times as many tokens were used." + EXPORTS
    )

    def __init__(self) -> None:
        super().__init__(self.PANE_TITLE, id="tokens", brief=True)
