"""Tokens are made and revoked by their users; here they are looked up."""

from django.contrib import admin

from alphagex.admin import ReadOnlyAdmin
from apps.api.models import ApiToken


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ("name", "user", "scope", "prefix", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_filter = ("scope",)
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__username")
