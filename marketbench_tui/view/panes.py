"""Which attempts the execution panes show: those that run, or those a person chose."""

from __future__ import annotations

from collections.abc import Sequence


def follow(
    shown: Sequence[str], active: Sequence[str], attempts: Sequence[str], slots: int
) -> tuple[str, ...]:
    """The attempts to show while following the action.

    An attempt that runs keeps its pane. The others are taken by attempts that have none,
    and what has ended stays until its pane is needed. Panes left over show what ended last.

    Args:
        shown: what the panes show now.
        active: attempts that run.
        attempts: all attempts in the order they began.
        slots: how many panes there are.
    """
    kept = list(shown[:slots])
    waiting = [attempt for attempt in active if attempt not in kept]
    for index, attempt in enumerate(kept):
        if waiting and attempt not in active:
            kept[index] = waiting.pop(0)
    kept = (kept + waiting)[:slots]
    ended = [attempt for attempt in reversed(attempts[-2 * slots :]) if attempt not in kept]
    return tuple((kept + ended)[:slots])


def walk(shown: Sequence[str], attempts: Sequence[str], slots: int, step: int) -> tuple[str, ...]:
    """The attempts to show after walking `step` places through all of them in order."""
    if not attempts:
        return ()
    at = attempts.index(shown[0]) if shown and shown[0] in attempts else len(attempts) - slots
    start = min(max(0, at + step), max(0, len(attempts) - 1))
    return tuple(attempts[start : start + slots])
