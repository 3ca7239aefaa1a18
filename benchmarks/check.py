"""The self-assessment check: false alarms under continuous looking, and how many tasks it takes.

1. False alarms at level 5% where the gap is exactly at the edge, looking after every block until
   the tasks run out, over several kinds of forecasts; beside it a z-test of the same level that is
   looked at as often.
2. Tasks until a gap of 5, 10 or 20 points is found, against the fixed-n z-test of the same level
   and power, which has to know the gap and the variance beforehand.
3. The six simulated sellers at the default margin, 100 seeds each.

Exits 1 where a false-alarm rate is above the level by more than chance allows, where the check
takes more tasks on average than the fixed-n test, or where the overconfident seller or the
calibrated one is called right in fewer than 95 of 100 seeds.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from market.bids import Booleans, Floats, Ints
from market.order import asking_order
from market.seeds import stream
from market.sequential import Judgement, log_capital
from market.spec import CheckTerms
from runners.models.profiles import DIFFICULTY, PROFILES, REFERENCE_MIX, Profile

LEVEL = CheckTerms().level
MARGIN = CheckTerms().margin
ALARM = math.log(2 / LEVEL)
NEVER = 10**9
REPLICATIONS = 2_000
POWER_RUNS = 400
SEEDS = 100
SELLER_TASKS = 2_000
POWER = 0.95
WANTED = {"atlas": Judgement.OVERCONFIDENT, "delphi": Judgement.WITHIN}

Draw = Callable[[np.random.Generator, int, int], tuple[Floats, Ints]]
"""(generator, replications, tasks) -> differences in the order of asking, and when to look."""


def every(tasks: int) -> Ints:
    return np.arange(1, tasks + 1)


# --- 1. false alarms -----------------------------------------------------------------


def sharp(rng: np.random.Generator, runs: int, tasks: int) -> tuple[Floats, Ints]:
    """A calibrated forecaster that is often sure: p from Beta(2, 0.5), y drawn with p."""
    p = rng.beta(2, 0.5, (runs, tasks))
    return p - (rng.random((runs, tasks)) < p), every(tasks)


def blunt(rng: np.random.Generator, runs: int, tasks: int) -> tuple[Floats, Ints]:
    """One that always says one half and is right about it."""
    return 0.5 - (rng.random((runs, tasks)) < 0.5), every(tasks)


def rare(rng: np.random.Generator, runs: int, tasks: int) -> tuple[Floats, Ints]:
    """One that always says 97% and passes 97%: long runs of small differences, then a large one."""
    return 0.97 - (rng.random((runs, tasks)) < 0.97), every(tasks)


def stratified(rng: np.random.Generator, runs: int, tasks: int) -> tuple[Floats, Ints]:
    """Overconfident on hard tasks, underconfident on easy ones, calibrated on the whole suite."""
    share = (8 / 26, 10 / 26, 8 / 26)
    labels = np.repeat(("easy", "hard", "middle"), np.round(np.array(share) * tasks).astype(int))
    pass_rate = {"easy": 0.95, "middle": 0.6, "hard": 0.25}
    counts = {label: int((labels == label).sum()) for label in pass_rate}
    mean = sum(counts[label] * rate for label, rate in pass_rate.items()) / len(labels)
    rates = np.array([pass_rate[label] for label in labels])
    differences = np.empty((runs, len(labels)))
    looks = np.array(())
    for run in range(runs):
        order = asking_order(list(labels), seed=int(rng.integers(2**32)))
        looks = np.array(order.looks)
        differences[run] = mean - (rng.random(len(labels)) < rates[list(order.tasks)])
    return differences, looks


def alarm_rate(draw: Draw, runs: int, tasks: int) -> tuple[float, float]:
    """Share of replications with any false alarm: of the check, and of a z-test looked at as often."""
    differences, looks = draw(stream(1, "bench", draw.__name__, str(tasks)), runs, tasks)
    over = log_capital(differences, 0.0, over=True)[:, looks - 1]
    under = log_capital(differences, 0.0, over=False)[:, looks - 1]
    ours = ((over >= ALARM) | (under >= ALARM)).any(axis=1).mean()
    return float(ours), float(z_alarms(differences)[:, looks[looks >= 10] - 1].any(axis=1).mean())


def z_alarms(differences: Floats) -> Booleans:
    """Where |mean| is beyond the two-sided normal bound, after each task."""
    n = np.arange(1, differences.shape[1] + 1)
    mean = np.cumsum(differences, axis=1) / n
    variance = np.cumsum(differences**2, axis=1) / n - mean**2
    bound = NormalDist().inv_cdf(1 - LEVEL / 2) * np.sqrt(np.maximum(variance, 1e-12) / n)
    return np.abs(mean) > bound


def false_alarms() -> bool:
    print(f"false alarms at level {LEVEL:.0%}, looking after every block   (z-test looked at as often)")
    chance = 3 * math.sqrt(LEVEL * (1 - LEVEL) / REPLICATIONS)
    fine = True
    for draw, tasks in ((sharp, 1000), (blunt, 1000), (rare, 1000), (stratified, 26), (stratified, 500)):
        ours, naive = alarm_rate(draw, REPLICATIONS, tasks)
        fine &= ours <= LEVEL + chance
        print(f"  {draw.__name__:12} {tasks:5} tasks   {ours:6.2%}   ({naive:6.2%})")
    return fine


# --- 2. tasks until a gap is found ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ends:
    """How replications ended: tasks asked, and the judgement of each."""

    tasks: Ints
    judgement: list[Judgement]

    def share(self, judgement: Judgement) -> float:
        return self.judgement.count(judgement) / len(self.judgement)


def run_all(differences: Floats, looks: Ints, margin: float) -> Ends:
    """Every replication until it is decided, or its tasks run out."""

    def first(m: float, over: bool) -> Ints:
        hit = log_capital(differences, m, over)[:, looks - 1] >= ALARM
        return np.where(hit.any(axis=1), looks[hit.argmax(axis=1)], NEVER)

    above, below = first(margin, True), first(-margin, False)
    within = np.maximum(first(-margin, True), first(margin, False)) if margin else np.full_like(above, NEVER)
    ended = np.minimum(np.minimum(above, below), within)
    kinds = np.select(
        (ended == NEVER, ended == above, ended == below),
        (Judgement.UNDECIDED, Judgement.OVERCONFIDENT, Judgement.UNDERCONFIDENT),
        Judgement.WITHIN,
    )
    return Ends(np.minimum(ended, differences.shape[1]), [Judgement(kind) for kind in kinds])


def fixed_n(distance: float, variance: float, power: float) -> float:
    """Tasks of the two-sided z-test of this level and power for a gap this far from the edge."""
    z = NormalDist().inv_cdf
    return variance * (z(1 - LEVEL / 2) + z(power)) ** 2 / distance**2


def gaps() -> bool:
    print(f"tasks until a gap is found at level {LEVEL:.0%} (margin 0; p uniform from 0.6 to 1)")
    fine = True
    for gap in (0.05, 0.10, 0.20):
        rng = stream(1, "bench", "gap", str(gap))
        variance = float(np.mean((q := np.linspace(0.6, 1, 10_001) - gap) * (1 - q)))
        tasks = round(3 * fixed_n(gap, variance, POWER))
        p = rng.uniform(0.6, 1, (POWER_RUNS, tasks))
        ends = run_all(p - (rng.random(p.shape) < p - gap), every(tasks), margin=0.0)
        power = ends.share(Judgement.OVERCONFIDENT)
        fixed = fixed_n(gap, variance, POWER)
        fine &= power >= POWER and ends.tasks.mean() < fixed
        print(
            f"  {100 * gap:3.0f} points   {ends.tasks.mean():6.0f} on average, median "
            f"{np.median(ends.tasks):5.0f}, found in {power:.1%}   fixed-n {fixed:5.0f} at power {POWER:.0%}"
        )
    return fine


# --- 3. the simulated sellers --------------------------------------------------------


def seller(profile: Profile, seeds: int, tasks: int) -> Floats:
    """Differences of a seller on tasks of the reference mix, as `runners.models.latent` draws them."""
    rng = stream(1, "bench", "seller", profile.name)
    labels = np.resize(REFERENCE_MIX, tasks)
    chance = np.array([profile.chance(DIFFICULTY[str(label)]) for label in labels])
    passes = rng.random((seeds, tasks)) < chance
    noise = rng.standard_normal((seeds, tasks))
    said = [
        profile.stated_p(*pair) for pair in zip(noise.ravel().tolist(), passes.ravel().tolist(), strict=True)
    ]
    p = np.maximum(0.01, np.round(np.reshape(said, noise.shape), 2))
    return p - passes


def sellers() -> bool:
    print(f"simulated sellers, margin {100 * MARGIN:.0f} points, {SEEDS} seeds, at most {SELLER_TASKS} tasks")
    fine = True
    for profile in PROFILES.values():
        differences = seller(profile, SEEDS, SELLER_TASKS)
        ends = run_all(differences, np.arange(4, SELLER_TASKS + 1, 4), MARGIN)
        gap, variance = profile.mean_p - profile.pass_rate, float(differences.var())
        fixed = fixed_n(abs(abs(gap) - MARGIN), variance, POWER)
        told = "  ".join(f"{kind.value} {ends.judgement.count(kind)}" for kind in Judgement)
        mean = f"{ends.tasks.mean():5.0f} tasks (fixed-n {fixed:5.0f})"
        print(f"  {profile.name:7} gap {100 * gap:+5.1f}   {told}   {mean}")
        if wanted := WANTED.get(profile.name):
            fine &= ends.share(wanted) >= 0.95 and ends.tasks.mean() < fixed
    return fine


def main() -> int:
    return 0 if all([false_alarms(), gaps(), sellers()]) else 1


if __name__ == "__main__":
    sys.exit(main())
