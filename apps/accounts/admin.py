from django.contrib import admin

from apps.accounts.models import UserPreferences


@admin.register(UserPreferences)
class UserPreferencesAdmin(admin.ModelAdmin[UserPreferences]):
    list_display = ("user", "theme", "symbol", "account_size", "risk_percent")
    list_filter = ("theme",)
    search_fields = ("user__username",)
    list_select_related = ("user",)
