"""The forms of Setup as data: which fields there are, what each is called and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from market.mechanisms import MECHANISMS
from market.spec import AskRule, ElicitationSpec, GraderKind, LimitsSpec, SessionSpec, Strategy, Unit
from marketbench_tui.setup.draft import Draft
from marketbench_tui.setup.paths import WORKER_KNOB, knob_path


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form.

    Attributes:
        path: where its text is kept in the draft, or the name of a worker's setting.
        help: what it means, in one line.
        default: what holds where nothing is typed.
        choices: all that may be said, where it is a choice; empty for free text.
    """

    path: str
    label: str
    help: str
    default: str = ""
    choices: tuple[str, ...] = ()


def _limit(name: str, label: str, help: str) -> Field:
    return Field(f"limits.{name}", label, help, _default(LimitsSpec.model_fields[name]))


def _top(name: str, label: str, help: str, choices: tuple[str, ...] = ()) -> Field:
    return Field(name, label, help, _default(SessionSpec.model_fields[name]), choices)


def _default(info: FieldInfo) -> str:
    value = info.get_default(call_default_factory=False)
    if value is None or value is PydanticUndefined:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


SESSION: tuple[Field, ...] = (
    _top("name", "name", "what the Desk calls the session"),
    _limit("budget_usd", "budget", "USD of model calls, never passed"),
    _limit("attempts", "attempts", "a task, each by another worker"),
    _limit("parallel_attempts", "at once", "attempts that run at the same time"),
    _top("grader", "grader", "tests here, or SWE-bench's in Docker", tuple(GraderKind)),
    _top("grader_network", "tests online", "for tests in Docker that need a network", ("false", "true")),
    _top("seed", "seed", "same seed, same draws"),
    _top("pace", "pace", "of simulated workers; 0 is instant"),
    _top("unit", "unit", "of asks, bounties and penalties", tuple(Unit)),
    _top("units_per_usd", "units a USD", "that unit for a dollar of model cost"),
    _limit("parallel_forecasts", "forecasts", "asked for at the same time"),
    _limit("call_seconds", "call limit", "seconds for one model call"),
    _limit("grade_seconds", "test limit", "seconds for grading a submission"),
)
"""What a session is called, and what it may use."""

ELICITATION: tuple[Field, ...] = (
    Field(
        "elicitation.strategy",
        "shown",
        "what the prompt shows besides the task",
        Strategy.DIRECT,
        tuple(Strategy),
    ),
    Field(
        "elicitation.history",
        "cards from",
        "the session they tell of; empty is all",
    ),
    Field(
        "elicitation.ask",
        "ask",
        "named by the worker, or from its forecast",
        AskRule.ELICITED,
        tuple(AskRule),
    ),
    Field(
        "elicitation.markup",
        "markup",
        "times the ask, where it is break-even",
        _default(ElicitationSpec.model_fields["markup"]),
    ),
)
"""How forecasts and asks are obtained."""


def knobs(draft: Draft) -> tuple[Field, ...]:
    """The knobs of the draft's mechanism, with the help that the mechanism gives."""
    kind = MECHANISMS.get(draft.mechanism)
    if kind is None:
        return ()
    names = tuple(worker.name for worker in draft.workers)
    return tuple(
        Field(
            path=knob_path(draft.mechanism, name),
            label=name.replace("_", " "),
            help=info.description or "",
            default=_default(info),
            choices=_choices(name, info, names),
        )
        for name, info in kind.knobs_type.model_fields.items()
    )


def _choices(name: str, info: FieldInfo, workers: tuple[str, ...]) -> tuple[str, ...]:
    if name == WORKER_KNOB:
        return workers
    return ("false", "true") if info.annotation is bool else ()


def worker(scaffolds: Sequence[str]) -> tuple[Field, ...]:
    """The settings of one worker; paths are the names of `WorkerDraft`."""
    return (
        Field("name", "name", "what bids and the book call it"),
        Field("model", "model", "as litellm names it: provider/model"),
        Field("scaffold", "scaffold", "how it works on a task", "one-shot", tuple(scaffolds)),
        Field("temperature", "temperature", "0 to 2; empty is the model's own"),
        Field("max_tokens", "max tokens", "of output a call, reserved each time", "16384"),
        Field("api_base", "base URL", "of an OpenAI-compatible server"),
    )
