"""Tags of sessions, and when they were put in the trash."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("tags", sa.String(), nullable=False, server_default="[]"))
    op.add_column("sessions", sa.Column("trashed_at", sa.String(), nullable=True))
