from django.apps import AppConfig


class GexConfig(AppConfig):
    name = "apps.gex"
    label = "gex"
