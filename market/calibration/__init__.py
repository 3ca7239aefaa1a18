"""Did stated probabilities and tokens match what happened, and how sure is that."""

from market.calibration.analysis import POOLED, Analysis, WorkerAnalysis, analyse
from market.calibration.corp import Corp, Reliability, corp, reliability
from market.calibration.figures import BINS, CLIP, Calibration, bins_of, calibrate
from market.calibration.intervals import Estimate, Range
from market.calibration.recalibrate import Recalibration, leave_one_out, recalibration
from market.calibration.sample import Figure
from market.calibration.smooth import smooth_ece
from market.calibration.splits import UNKNOWN, split

__all__ = [
    "BINS",
    "CLIP",
    "POOLED",
    "UNKNOWN",
    "Analysis",
    "Calibration",
    "Corp",
    "Estimate",
    "Figure",
    "Range",
    "Recalibration",
    "Reliability",
    "WorkerAnalysis",
    "analyse",
    "bins_of",
    "calibrate",
    "corp",
    "leave_one_out",
    "recalibration",
    "reliability",
    "smooth_ece",
    "split",
]
