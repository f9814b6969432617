from django.apps import AppConfig


class LegacyImportConfig(AppConfig):
    name = "apps.legacy_import"
    label = "legacy_import"
