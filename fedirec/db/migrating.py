"""How the steps of a migration are taken."""

from __future__ import annotations

from typing import Final

from tortoise import migrations
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

LOOK_AHEAD: Final = (ops.AddField, ops.AddIndex, ops.CreateModel, ops.RunSQL)
"""Operations that are about what will be, and never look at what was."""


class QuickMigration(migrations.Migration):
    """A migration that works out no more about the tables than its steps ask for.

    Tortoise builds all models twice for every step, and each model again whose relations lead to one that changes,
    with all that they can be asked: the better part of a new instance's first start. Only steps in Python ask them.
    """

    async def apply(
        self,
        state: State,
        *,
        dry_run: bool = False,
        schema_editor: BaseSchemaEditor | None = None,
        collect_sql: bool = False,
    ) -> State:
        if collect_sql or any(isinstance(operation, ops.RunPython) for operation in self.operations):
            state.apps = state.clone().apps
            return await super().apply(state, dry_run=dry_run, schema_editor=schema_editor, collect_sql=collect_sql)
        tables = _Tables(models=state.models, apps=state.apps)
        tables.apps._build_initial_querysets = lambda: None  # type: ignore[method-assign]
        for operation in self.operations:
            before = tables if dry_run or isinstance(operation, LOOK_AHEAD) else tables.clone()
            operation.state_forward(self.app_label, tables)
            if schema_editor is not None and not dry_run:
                in_transactions = schema_editor.client.capabilities.supports_transactions
                await self._run_database_forward(operation, before, tables, schema_editor, in_transactions)
        tables.validate_relations_initialized()
        return state


class _Tables(State):
    """A state whose models know the tables that they refer to, but not who refers to them.

    So one that changes is built anew without those around it: its columns, keys and indexes need no more.
    """

    def _find_related_models(self, app_label: str, model_name: str) -> set[tuple[str, str]]:
        return {(app_label, model_name)}

    def _reload(self, models_to_reload: set[tuple[str, str]]) -> None:
        for app_label, model_name in models_to_reload:
            self.apps.unregister_model(app_label, model_name)
            described = self.models[app_label, model_name].clone()
            for field in described.fields.values():
                if isinstance(field, ForeignKeyFieldInstance):
                    field.related_name = False
            self.apps.register_model(app_label, described.render(self.apps, deepcopy_fields=False))
        self.apps._init_relations()
