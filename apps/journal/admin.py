from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from alphagex.admin import ReadOnlyAdmin
from apps.journal.forms import TagsField
from apps.journal.models import JournalEntry, Picture

WRITTEN = ("notes", "lesson", "tags", "rating")


class EntryForm(forms.ModelForm[JournalEntry]):
    tags = TagsField(required=False, help_text="Between commas.")

    class Meta:
        model = JournalEntry
        fields = WRITTEN


@admin.register(JournalEntry)
class JournalEntryAdmin(admin.ModelAdmin[JournalEntry]):
    """What was written can be edited; the trade and its money are looked up."""

    form = EntryForm
    list_display = ("closed_at", "owner", "account_kind", "symbol", "strategy", "pnl", "rating", "tags")
    list_filter = ("account_kind", "rating")
    list_select_related = ("owner",)
    search_fields = ("symbol", "strategy", "notes", "lesson", "owner__username")
    date_hierarchy = "closed_at"
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: JournalEntry | None = None) -> list[str]:
        return [field.name for field in JournalEntry._meta.fields if field.name not in WRITTEN]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*WRITTEN, *self.get_readonly_fields(request, obj)]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: JournalEntry | None = None) -> bool:
        return False


@admin.register(Picture)
class PictureAdmin(ReadOnlyAdmin):
    list_display = ("title", "entry", "media_type", "width", "height", "size", "added_at")
    list_select_related = ("entry",)
    search_fields = ("title", "entry__symbol")
    exclude = ("file_name",)
