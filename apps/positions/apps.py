from django.apps import AppConfig


class PositionsConfig(AppConfig):
    name = "apps.positions"
    label = "positions"

    def ready(self) -> None:
        from apps.ideas import takers
        from apps.positions import receivers, taking  # noqa: F401 - the receivers connect themselves

        takers.register(taking.TAKE)
