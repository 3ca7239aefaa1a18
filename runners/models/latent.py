"""What is true of one simulated worker on one task, drawn from named streams.

Everything here follows from (seed, task, worker, profile, difficulty) alone: asking twice,
in any order or in another process, gives the same draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

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


@dataclass(frozen=True, slots=True)
class Latent:
    """One worker's truth about one task; see the module docstring."""

    profile: Profile
    seed: int
    task: str
    worker: str
    label: str = ""

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
        return max(0.01, round(said, 2))

    @property
    def reasoning_tokens(self) -> int:
        """Hidden tokens of an attempt, lognormal around their median for the difficulty."""
        noise = float(self.stream("reasoning").standard_normal())
        return round(self.profile.median_reasoning(self.difficulty) * math.exp(REASONING_SPREAD * noise))

    def estimated_tokens(self, visible_tokens: int) -> int:
        """The worker's estimate of an attempt's total tokens.

        Its median over tasks is `token_ratio` times the median of actual tokens.

        Args:
            visible_tokens: prompt and answer of the attempt, which are not drawn.
        """
        median = visible_tokens + self.profile.median_reasoning(self.difficulty)
        noise = float(self.stream("estimate").standard_normal())
        estimate = self.profile.token_ratio * median * math.exp(self.profile.token_noise * noise)
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


def two_digits(value: float) -> float:
    """Rounded to two significant digits, as people and models state guesses."""
    return float(f"{value:.1e}")
