"""The distributions that a hidden reserve may be drawn from, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from market.bids import Floats
from market.welfare.knobs import ReserveShape


@dataclass(frozen=True, slots=True)
class ReserveLaw:
    """The law of a reserve on [0, `highest`], in units. An ask that is NaN never wins."""

    highest: float
    shape: ReserveShape = ReserveShape.UNIFORM

    def win(self, ask: Floats) -> Floats:
        """P(r >= ask), shape of `ask`; under U(0, R) this is max(0, 1 - ask / R)."""
        x = self._share(ask)
        match self.shape:
            case ReserveShape.UNIFORM:
                return 1 - x
            case ReserveShape.LOW:
                return (1 - x) ** 2
            case ReserveShape.HIGH:
                return 1 - x**2
            case ReserveShape.FIXED:
                return (ask <= self.highest).astype(np.float64)

    def surplus(self, ask: Floats) -> Floats:
        """E[(r - ask)+] in units, the integral of `win` above the ask; (R - ask)^2 / 2R under U(0, R)."""
        x = self._share(ask)
        match self.shape:
            case ReserveShape.UNIFORM:
                share = (1 - x) ** 2 / 2
            case ReserveShape.LOW:
                share = (1 - x) ** 3 / 3
            case ReserveShape.HIGH:
                share = (1 - x) - (1 - x**3) / 3
            case ReserveShape.FIXED:
                share = 1 - x
        return self.highest * share

    def paid(self, ask: Floats) -> Floats:
        """E[r if r >= ask, else 0] in units: what a winner is paid on pass, times its chance to win."""
        return self.surplus(ask) + np.where(np.isfinite(ask), ask, 0) * self.win(ask)

    def quantile(self, u: Floats) -> Floats:
        """Reserves of uniform draws u in [0, 1), in units."""
        match self.shape:
            case ReserveShape.UNIFORM:
                return self.highest * u
            case ReserveShape.LOW:
                return self.highest * (1 - np.sqrt(1 - u))
            case ReserveShape.HIGH:
                return self.highest * np.sqrt(u)
            case ReserveShape.FIXED:
                return np.full_like(u, self.highest)

    def _share(self, ask: Floats) -> Floats:
        """The ask as a share of R, in [0, 1]; 1 for no ask."""
        share = ask / self.highest
        np.copyto(share, 1.0, where=~(share < 1))
        return np.maximum(share, 0, out=share)
