import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.evidence import evidence
from market.sequential import BettingSequence, Judgement, Look, judge
from market.spec import CheckTerms


def looked(gaps: np.ndarray, terms: CheckTerms, every: int = 5) -> list[Look]:
    """The looks of a check over these differences."""
    sequence, looks = BettingSequence(terms.level), []
    for end in range(every, len(gaps) + 1, every):
        sequence.add(gaps[end - every : end].tolist())
        low, high = sequence.look()
        looks.append(Look(end, end, sequence.mean, low, high, judge(low, high, terms.margin)))
        if looks[-1].judgement is not Judgement.UNDECIDED:
            break
    return looks


@given(
    st.integers(0, 10**6),
    st.floats(-0.5, 0.5),
    st.sampled_from([0.02, 0.07, 0.3]),
    st.sampled_from([0.01, 0.05, 0.2]),
)
def test_a_verdict_is_reached_exactly_when_its_e_value_reaches_the_threshold(seed, gap, margin, level):
    gaps = np.clip(np.random.default_rng(seed).normal(gap, 0.3, 150), -1, 1)
    terms = CheckTerms(margin=margin, level=level)
    looks = looked(gaps, terms)
    reached = {each.verdict for each in evidence(terms, looks, gaps) if each.log_value >= each.log_needed}
    judgement = looks[-1].judgement
    assert reached == (set() if judgement is Judgement.UNDECIDED else {judgement})


def test_before_the_first_look_every_bet_stands_at_one():
    terms = CheckTerms(level=0.05)
    for each in evidence(terms, (), np.array([])):
        assert (each.log_value, each.share) == (0.0, 0.0)
        assert each.log_needed == pytest.approx(math.log(40))


def test_bets_that_are_lost_do_not_go_below_the_start():
    terms = CheckTerms()
    gaps = np.full(20, 0.5)
    over, under, within = evidence(terms, looked(gaps, terms), gaps)
    assert over.share == 1.0
    assert (under.share, within.share) == (0.0, 0.0)
