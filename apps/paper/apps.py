from django.apps import AppConfig


class PaperConfig(AppConfig):
    name = "apps.paper"
    label = "paper"
