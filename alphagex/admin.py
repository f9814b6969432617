"""Two kinds of admin pages that are only read. What is edited there has a ModelAdmin of its own in its feature."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Facts: looked up, never edited; a superuser may delete them. Tables are long, so nothing counts them whole."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RecordAdmin(ReadOnlyAdmin):
    """Money and decisions: the record of what happened, which nobody deletes either."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
