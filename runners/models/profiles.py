"""Six simulated workers, each shaped after one model of the published study.

What is taken over are aggregates on the study's 93 tasks (MarketBench, arXiv 2604.23897,
phase 1): the mean stated p, the pass rate, how well p tells passes from failures (AUROC) and
the median of estimated to actual tokens, with actual tokens = external cost / blended price.

    profile  shaped after        mean p  pass rate  AUROC  tokens est/actual
    atlas    Gemini 3 Pro         .9287      .8065   .603              .0247
    boreas   GPT-5.2              .6323      .8065   .446              .1385
    corvus   Claude Opus 4.5      .7655      .8065   .697              .4062
    delphi   Claude Sonnet 4.5    .7578      .7742   .672              .2521
    ember    GPT-5-mini           .6135      .7527   .611              .1098
    fjord    GPT-5.2-pro          .6632      .7957   .528              .9050

Prices are those of the model it is shaped after. How many tokens an attempt takes is ours:
about a tenth of the study's, as its agents worked in many steps and one-shot attempts do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

PROVIDER = "sim"

DIFFICULTY: Mapping[str, float] = {
    "<15 min fix": 0.15,
    "15 min - 1 hour": 0.5,
    "1-4 hours": 0.85,
    ">4 hours": 1.0,
}
"""Difficulty in [0, 1] of SWE-bench Verified's labels."""

REFERENCE_MIX = ("<15 min fix", "15 min - 1 hour", "1-4 hours")
"""The difficulties, in equal parts, over which a profile meets its published pass rate."""

DIFFICULTY_WEIGHT = 3.0
"""Log-odds of success lost between difficulty 0 and 1."""

DIFFICULTY_GROWTH = 1.2
"""Log of how many times more reasoning difficulty 1 takes than difficulty 0."""

_STANDARD = NormalDist()
_GRID = tuple(_STANDARD.inv_cdf((i + 0.5) / 400) for i in range(400))


@dataclass(frozen=True, slots=True)
class Profile:
    """How a simulated worker speaks and works.

    Attributes:
        shaped_after: the published model, as litellm names it; gives the price.
        mean_p, pass_rate, auroc, token_ratio: the published aggregates (module docstring).
        p_spread: scale of stated p in log-odds, fitted to its published standard deviation.
        reasoning_tokens: median hidden tokens of an attempt at difficulty 0.5.
        token_noise: standard deviation of the log of the token estimate's own error.
    """

    name: str
    shaped_after: str
    mean_p: float
    pass_rate: float
    auroc: float
    token_ratio: float
    p_spread: float
    reasoning_tokens: int
    token_noise: float

    def chance(self, difficulty: float) -> float:
        """Probability of solving a task of this difficulty: logistic(skill - weight x difficulty)."""
        return _logistic(_skill(self.pass_rate) - DIFFICULTY_WEIGHT * difficulty)

    def stated_p(self, noise: float, passes: bool) -> float:
        """What it says of its chances, from standard normal noise and what will happen.

        The equal-variance signal detection model: log-odds = centre + spread x (noise +
        d (y - pass rate)), whose AUROC is Phi(d / sqrt 2); the centre puts the mean on `mean_p`.
        """
        signal = noise + self._separation * (passes - self.pass_rate)
        return _logistic(_centre(self) + self.p_spread * signal)

    def median_reasoning(self, difficulty: float) -> float:
        """Median hidden tokens of an attempt at this difficulty."""
        return self.reasoning_tokens * math.exp(DIFFICULTY_GROWTH * (difficulty - 0.5))

    @property
    def _separation(self) -> float:
        return math.sqrt(2) * _STANDARD.inv_cdf(self.auroc)


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("atlas", "gemini/gemini-3-pro-preview", 0.9287, 0.8065, 0.603, 0.0247, 1.55, 4300, 0.63),
        Profile("boreas", "openai/gpt-5.2-2025-12-11", 0.6323, 0.8065, 0.446, 0.1385, 0.35, 1500, 0.37),
        Profile(
            "corvus", "anthropic/claude-opus-4-5-20251101", 0.7655, 0.8065, 0.697, 0.4062, 0.90, 2300, 0.43
        ),
        Profile(
            "delphi", "anthropic/claude-sonnet-4-5-20250929", 0.7578, 0.7742, 0.672, 0.2521, 0.75, 4200, 0.57
        ),
        Profile("ember", "openai/gpt-5-mini-2025-08-07", 0.6135, 0.7527, 0.611, 0.1098, 1.10, 1700, 0.62),
        Profile("fjord", "openai/gpt-5.2-pro-2025-12-11", 0.6632, 0.7957, 0.528, 0.9050, 0.40, 300, 0.70),
    )
}


def is_simulated(model: str) -> bool:
    """Whether a model's name belongs to the simulated provider."""
    return model.startswith(f"{PROVIDER}/")


def find(model: str) -> Profile | None:
    """The profile that `sim/<profile>` names, if there is one."""
    return PROFILES.get(model.removeprefix(f"{PROVIDER}/")) if is_simulated(model) else None


def no_profile(model: str) -> str:
    """What to say of a simulated model that `find` does not find."""
    return f"no simulated profile {model.removeprefix(f'{PROVIDER}/')!r}; there are {', '.join(PROFILES)}"


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


@cache
def _skill(pass_rate: float) -> float:
    """The skill whose mean chance over the reference mix is `pass_rate`."""
    mix = [DIFFICULTY[label] for label in REFERENCE_MIX]

    def mean(skill: float) -> float:
        return math.fsum(_logistic(skill - DIFFICULTY_WEIGHT * d) for d in mix) / len(mix)

    return _bisect(mean, pass_rate)


@cache
def _centre(profile: Profile) -> float:
    """The centre of the log-odds whose mean stated p is `mean_p`, by quadrature over the noise."""
    d, q = profile._separation, profile.pass_rate

    def mean(centre: float) -> float:
        def given(y: bool) -> float:
            values = (_logistic(centre + profile.p_spread * (g + d * (y - q))) for g in _GRID)
            return math.fsum(values) / len(_GRID)

        return q * given(True) + (1 - q) * given(False)

    return _bisect(mean, profile.mean_p)


def _bisect(rising: Callable[[float], float], target: float) -> float:
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < target else (low, middle)
    return (low + high) / 2
