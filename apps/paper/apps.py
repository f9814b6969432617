from django.apps import AppConfig


class PaperConfig(AppConfig):
    name = "apps.paper"
    label = "paper"

    def ready(self) -> None:
        from apps.ideas import takers
        from apps.paper import taking

        takers.register(taking.PAPER)
