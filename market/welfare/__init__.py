"""What allocation by what models say of themselves is worth.

- `knobs`: what may be asked of recorded bids; `book`: the bids as those knobs make them.
- `reserves`, `reserve_auction`: the published auction, closed form and seeded draws, in the
  published and the settled accounting.
- `markets`, `yardsticks`: every allocator; `allocation`: what each of them says.
- `accounting`, `outcome`: passes, costs, profits, regret; `bounds`: exact, or as far as known.
- `history`: recalibration on the worker's other tasks; `contrast`: one allocation against another.
"""
