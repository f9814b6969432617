"""Staff look up whose factors and sessions there are, and read everybody's log. Secrets and keys are not shown."""

from django.contrib import admin

from alphagex.admin import ReadOnlyAdmin, RecordAdmin
from apps.security.models import AuditEvent, AuthenticatorApp, DeskSession, Passkey, RecoveryCode


@admin.register(AuditEvent)
class AuditEventAdmin(RecordAdmin):
    list_display = ("at", "name", "action", "detail", "address", "agent")
    list_filter = ("action",)
    search_fields = ("name", "address", "detail")
    date_hierarchy = "at"


@admin.register(DeskSession)
class DeskSessionAdmin(RecordAdmin):
    """Nothing here links to a row or chooses one: its address would be the session's key, which opens the desk."""

    list_display = ("user", "address", "agent", "began_at", "last_seen_at", "expire_date")
    list_display_links = None
    list_select_related = ("user",)
    search_fields = ("user__username", "address")
    actions = None
    fields = ("user", "address", "agent", "began_at", "last_seen_at", "expire_date")


@admin.register(AuthenticatorApp)
class AuthenticatorAppAdmin(ReadOnlyAdmin):
    list_display = ("user", "started_at", "confirmed_at")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fields = ("user", "started_at", "confirmed_at")


@admin.register(RecoveryCode)
class RecoveryCodeAdmin(ReadOnlyAdmin):
    list_display = ("user", "made_at", "used_at")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fields = ("user", "made_at", "used_at")


@admin.register(Passkey)
class PasskeyAdmin(ReadOnlyAdmin):
    list_display = ("user", "name", "added_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("user__username", "name")
    fields = ("user", "name", "added_at", "last_used_at")
