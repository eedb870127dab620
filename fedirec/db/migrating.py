"""How the steps of a migration are taken."""

from __future__ import annotations

from typing import Final

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

LOOK_AHEAD: Final = (ops.AddField, ops.AddIndex, ops.CreateModel, ops.RunSQL)
"""Operations that are about what will be, and never look at what was."""


class QuickMigration(migrations.Migration):
    """A migration that keeps how all tables were before a step only for those steps that ask for it.

    Tortoise builds all models twice for every step, with all that they can be asked, which took the better part of a
    new instance's first start. Only steps in Python ask them anything.
    """

    async def apply(
        self,
        state: State,
        *,
        dry_run: bool = False,
        schema_editor: BaseSchemaEditor | None = None,
        collect_sql: bool = False,
    ) -> State:
        asks = any(isinstance(operation, ops.RunPython) for operation in self.operations)
        if asks or dry_run or collect_sql or schema_editor is None:
            return await super().apply(state, dry_run=dry_run, schema_editor=schema_editor, collect_sql=collect_sql)
        in_transactions = schema_editor.client.capabilities.supports_transactions
        state.apps._build_initial_querysets = lambda: None  # type: ignore[method-assign]
        for operation in self.operations:
            before = state if isinstance(operation, LOOK_AHEAD) else state.clone()
            operation.state_forward(self.app_label, state)
            await self._run_database_forward(operation, before, state, schema_editor, in_transactions)
        state.validate_relations_initialized()
        return state
