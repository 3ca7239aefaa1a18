"""What Alembic runs: the migrations, on the connection that `apply` handed over.

The caller owns the transaction, so that a migration is applied whole or not at all.
"""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
