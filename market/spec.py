"""What a session is asked to do: suite, workers, mechanism, limits and seed.

A `SessionSpec` together with its seed reproduces a session. It is written and read
as TOML, and the whole of it is stored in the session's first event.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Knob = bool | int | float | str


class Strategy(StrEnum):
    """What the forecast prompt shows besides the task (design: Elicitation)."""

    DIRECT = "direct"
    REPORT_CARD = "report-card"
    PAYMENT_RULE = "payment-rule"
    BREAK_EVEN = "break-even"


class AskRule(StrEnum):
    """Where an ask comes from: the worker states it, or it follows from the forecast."""

    ELICITED = "elicited"
    BREAK_EVEN = "break-even"


class Unit(StrEnum):
    """The one unit of all amounts of a session."""

    USD = "USD"
    CREDITS = "credits"


class Frozen(BaseModel):
    """A record that cannot be changed and refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class WorkerSpec(Frozen):
    """A worker: a model, the scaffold it works in, and its settings."""

    name: Name
    model: Name
    scaffold: Name = "one-shot"
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int = Field(default=16_384, gt=0, le=10_000_000)
    api_base: str | None = None


class MechanismSpec(Frozen):
    """A mechanism's name and its knobs; the knobs are checked by the mechanism itself."""

    name: Name = "direct-penalty"
    knobs: dict[str, Knob] = {}


class ElicitationSpec(Frozen):
    """How forecasts and asks are obtained.

    `markup` multiplies a break-even ask (1.0: the break-even bid itself).
    """

    strategy: Strategy = Strategy.DIRECT
    ask: AskRule = AskRule.ELICITED
    markup: float = Field(default=1.0, gt=0, le=100)


class LimitsSpec(Frozen):
    """What a session may use.

    `budget_usd`: real model spend, reserved before each call and never passed.
    `attempts`: counted attempts a task; an infra verdict is not counted.
    `grade_seconds`, `call_seconds`: wall time of one grading and of one model call.
    """

    budget_usd: float = Field(default=5.0, ge=0, le=1_000_000)
    attempts: int = Field(default=2, ge=1, le=20)
    parallel_attempts: int = Field(default=4, ge=1, le=256)
    parallel_forecasts: int = Field(default=16, ge=1, le=1024)
    grade_seconds: float = Field(default=120, gt=0, le=86_400)
    call_seconds: float = Field(default=180, gt=0, le=86_400)


class SessionSpec(Frozen):
    """One session: run these workers on these tasks under this mechanism.

    `suite` is a built-in name, a Hugging Face dataset name or a local path.
    `tasks` names the tasks in order; empty means the whole suite.
    `pace` stretches simulated workers' streaming (1.0 is a pleasant live speed, 0 is instant);
    it changes when things happen, never what happens.
    """

    name: Name = "session"
    suite: Name = "starter"
    tasks: tuple[Name, ...] = ()
    workers: tuple[WorkerSpec, ...] = Field(min_length=1)
    mechanism: MechanismSpec = MechanismSpec()
    elicitation: ElicitationSpec = ElicitationSpec()
    limits: LimitsSpec = LimitsSpec()
    unit: Unit = Unit.USD
    units_per_usd: float = Field(default=1.0, gt=0, le=1_000)
    seed: int = Field(default=0, ge=0, lt=2**63)
    pace: float = Field(default=0.0, ge=0, le=100)

    @model_validator(mode="after")
    def _consistent(self) -> SessionSpec:
        names = (worker.name for worker in self.workers)
        for label, counts in (("worker", Counter(names)), ("task", Counter(self.tasks))):
            twice = sorted(name for name, count in counts.items() if count > 1)
            if twice:
                raise ValueError(f"{label} named twice: {', '.join(twice)}")
        if self.unit is Unit.USD and self.units_per_usd != 1.0:
            raise ValueError("units_per_usd must be 1 where the unit is USD")
        return self
