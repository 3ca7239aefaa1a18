"""Floor 1, the rules: pure functions and frozen data, no I/O, no clock, no async, no SQL.

- `spec`: what a session is asked to do.
- `events`: everything that can happen, as typed records; the one stream.
- `state`: the pure fold of that stream, from which panes, reports and resume are derived.
- `mechanisms`: who gets a task, one file a rule.
- `welfare`, `whatif`: what any market would have made of recorded forecasts.
- `bids`, `settlement`, `reputation`, `calibration`: the formulas.
- `money`, `seeds`: integer nano-dollars and named random streams.
"""
