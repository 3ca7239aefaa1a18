"""The projections: tables derived from the events, and how far they have been derived."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("projected_seq", sa.Integer(), nullable=False, server_default="0"))
    _create_tasks()
    _create_workers()
    _create_reputations()
    _create_calls()
    _create_forecasts()
    _create_bids()
    _create_awards()
    _create_attempts()
    _create_outcomes()
    _create_settlements()


def _create_tasks() -> None:
    _create(
        "tasks",
        ("task",),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("repo", sa.String(), nullable=False),
        sa.Column("difficulty", sa.String(), nullable=False),
        sa.Column("gradable", sa.Boolean(), nullable=False),
        sa.Column("bounty_nano", sa.Integer(), nullable=True),
        sa.Column("closing", sa.String(), nullable=True),
        sa.Column("closing_reason", sa.String(), nullable=False),
    )


def _create_workers() -> None:
    _create(
        "workers",
        ("worker",),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("scaffold", sa.String(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("input_usd", sa.Float(), nullable=True),
        sa.Column("output_usd", sa.Float(), nullable=True),
        sa.Column("price_source", sa.String(), nullable=False),
    )


def _create_reputations() -> None:
    _create(
        "reputations",
        ("worker",),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("reputation", sa.Float(), nullable=False),
        sa.Column("wins", sa.Integer(), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("infra", sa.Integer(), nullable=False),
        sa.Column("balance_nano", sa.Integer(), nullable=False),
    )


def _create_calls() -> None:
    _create(
        "calls",
        ("call",),
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("reserved_usd_nano", sa.Integer(), nullable=False),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cached_tokens", sa.Integer(), nullable=False),
        sa.Column("reasoning_tokens", sa.Integer(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("cost_usd_nano", sa.Integer(), nullable=True),
        sa.Column("price_source", sa.String(), nullable=False),
        sa.Column("finish", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
    )


def _create_forecasts() -> None:
    _create(
        "forecasts",
        ("task", "worker"),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("p_success", sa.Float(), nullable=True),
        sa.Column("tokens", sa.Integer(), nullable=True),
        sa.Column("ask_nano", sa.Integer(), nullable=True),
        sa.Column("rationale", sa.String(), nullable=True),
        sa.Column("strategy", sa.String(), nullable=True),
        sa.Column("rejected", sa.String(), nullable=True),
    )


def _create_bids() -> None:
    _create(
        "bids",
        ("task", "worker"),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("p_success", sa.Float(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("ask_nano", sa.Integer(), nullable=False),
        sa.Column("cost_nano", sa.Integer(), nullable=False),
    )


def _create_awards() -> None:
    _create(
        "awards",
        ("attempt",),
        sa.Column("attempt", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("offset_us", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("mechanism", sa.String(), nullable=False),
        sa.Column("payment_nano", sa.Integer(), nullable=False),
        sa.Column("penalty_nano", sa.Integer(), nullable=False),
        sa.Column("reserve_nano", sa.Integer(), nullable=True),
        sa.Column("allocation_cost_usd_nano", sa.Integer(), nullable=False),
    )


def _create_attempts() -> None:
    _create(
        "attempts",
        ("attempt",),
        sa.Column("attempt", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_us", sa.Integer(), nullable=True),
        sa.Column("form", sa.String(), nullable=True),
        sa.Column("submission", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("verdict_us", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("tests_passed", sa.Integer(), nullable=True),
        sa.Column("tests_failed", sa.Integer(), nullable=True),
        sa.Column("tokens", sa.Integer(), nullable=True),
        sa.Column("cost_usd_nano", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
    )
    op.create_index("ix_attempts_task_worker", "attempts", ["session_id", "task", "worker"])


def _create_outcomes() -> None:
    _create(
        "outcomes",
        ("task", "worker"),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=True),
        sa.Column("cost_usd_nano", sa.Integer(), nullable=True),
    )


def _create_settlements() -> None:
    _create(
        "settlements",
        ("attempt",),
        sa.Column("attempt", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("payment_nano", sa.Integer(), nullable=False),
        sa.Column("penalty_nano", sa.Integer(), nullable=False),
        sa.Column("cost_nano", sa.Integer(), nullable=False),
        sa.Column("profit_nano", sa.Integer(), nullable=False),
        sa.Column("reputation_before", sa.Float(), nullable=False),
        sa.Column("reputation_after", sa.Float(), nullable=False),
    )


def _create(table: str, key: tuple[str, ...], *columns: sa.Column[Any]) -> None:
    """A projection: rows keyed within their session, gone when it goes."""
    op.create_table(
        table,
        sa.Column("session_id", sa.Integer(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("session_id", *key),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
    )
