"""What is true of one simulated worker on one task, drawn from named streams.

Everything here follows from (seed, task, worker, profile, difficulty, report card) alone: asking
twice, in any order or in another process, gives the same draws. A report card shifts what is said
and draws nothing, so that a session with cards and one without differ by the cards only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from market.cards import ReportCard
from market.seeds import stream
from runners.models.profiles import DIFFICULTY, Profile

MALFORMED_FIRST = 0.03
"""Share of forecasts whose first answer is malformed, so that the re-ask path is alive."""
MALFORMED_AGAIN = 0.1
"""Share of those whose second answer is malformed too, which rejects the forecast."""
MARGIN = 0.30
"""Median share of the bounty that is asked beyond expected cost."""
REASONING_SPREAD = 0.5
"""Standard deviation of the log of an attempt's hidden tokens around their median."""
HEEDED_P = 0.75
"""Share of a report card's gap, in log-odds, that a worker takes back. Fitted to what the study
found over 92 other tasks: pooled Brier .1835 to .1693 and ECE .1065 to .0616."""
HEEDED_TOKENS = 0.175
"""Power of the card's token multiple that an estimate is multiplied by. Fitted likewise: median of
estimated to actual tokens .1929 to .2501."""
DOUBTED = 10
"""Other tasks at which a worker believes half of its report card."""


@dataclass(frozen=True, slots=True)
class Latent:
    """One worker's truth about one task, and what it was told; see the module docstring."""

    profile: Profile
    seed: int
    task: str
    worker: str
    label: str = ""
    card: ReportCard | None = None

    def stream(self, purpose: str) -> np.random.Generator:
        """The stream of this worker and task for a purpose."""
        return stream(self.seed, "sim", purpose, self.task, self.worker)

    @property
    def difficulty(self) -> float:
        """In [0, 1]: that of the label, or where there is none a draw that all workers share."""
        known = DIFFICULTY.get(self.label)
        return float(stream(self.seed, "sim", "difficulty", self.task).random()) if known is None else known

    @property
    def passes(self) -> bool:
        """Whether an attempt will solve the task."""
        return bool(self.stream("outcome").random() < self.profile.chance(self.difficulty))

    @property
    def p_success(self) -> float:
        """What the worker says of its chances, with the two digits that models give."""
        said = self.profile.stated_p(float(self.stream("confidence").standard_normal()), self.passes)
        return max(0.01, round(said if self.card is None else heeded_p(said, self.card), 2))

    @property
    def reasoning_tokens(self) -> int:
        """Hidden tokens of an attempt, lognormal around their median for the difficulty."""
        noise = float(self.stream("reasoning").standard_normal())
        return round(self.profile.median_reasoning(self.difficulty) * math.exp(REASONING_SPREAD * noise))

    def estimated_tokens(self, visible_tokens: int) -> int:
        """The worker's estimate of an attempt's total tokens.

        Its median over tasks is `token_ratio` times the median of actual tokens, where no report
        card tells how far off that was.

        Args:
            visible_tokens: prompt and answer of the attempt, which are not drawn.
        """
        median = visible_tokens + self.profile.median_reasoning(self.difficulty)
        noise = float(self.stream("estimate").standard_normal())
        estimate = self.profile.token_ratio * median * math.exp(self.profile.token_noise * noise)
        if self.card is not None:
            estimate = heeded_tokens(estimate, self.card)
        return max(1, round(two_digits(estimate)))

    def ask(self, cost: float, bounty: float | None) -> float:
        """The price asked, in the unit of its arguments: expected cost plus a margin.

        The margin is a share of the bounty (of the cost where no bounty is known), drawn
        once a worker and once a bid; it knows nothing of skill.
        """
        temper = float(stream(self.seed, "sim", "temper", self.worker).standard_normal())
        mood = float(self.stream("margin").standard_normal())
        margin = MARGIN * math.exp(0.25 * temper + 0.25 * mood)
        return two_digits(cost + margin * (cost if bounty is None else bounty))

    def malformed(self, number: int) -> bool:
        """Whether answer `number` (from 1) to the forecast prompt is one that cannot be read."""
        draw = float(self.stream("malformed").random())
        return draw < MALFORMED_FIRST * (1 if number == 1 else MALFORMED_AGAIN if number == 2 else 0)


def heeded_p(said: float, card: ReportCard) -> float:
    """A stated p after the card: moved in log-odds towards the record by `HEEDED_P` of its gap."""
    overall = card.overall
    gap = _log_odds(overall.pass_rate) - _log_odds(overall.mean_p)
    return 1 / (1 + math.exp(-_log_odds(said) - HEEDED_P * _trust(card) * gap))


def heeded_tokens(estimate: float, card: ReportCard) -> float:
    """A token estimate after the card: times the multiple it tells, to the power `HEEDED_TOKENS`."""
    multiple = card.token_multiple or 1.0
    return estimate * multiple ** (HEEDED_TOKENS * _trust(card))


def _trust(card: ReportCard) -> float:
    """Share of belief in a card over n tasks, n / (n + `DOUBTED`): a few tasks say little."""
    return card.overall.n / (card.overall.n + DOUBTED)


def _log_odds(p: float) -> float:
    """Log-odds, of probabilities no nearer to 0 and 1 than a worker would say."""
    inner = min(max(p, 0.01), 0.99)
    return math.log(inner / (1 - inner))


def two_digits(value: float) -> float:
    """Rounded to two significant digits, as people and models state guesses."""
    return float(f"{value:.1e}")
