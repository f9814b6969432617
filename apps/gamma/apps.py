from django.apps import AppConfig


class GammaConfig(AppConfig):
    name = "apps.gamma"
    label = "gamma"

    def ready(self) -> None:
        from apps.gamma import ideas
        from apps.ideas import sources

        sources.register(ideas.SOURCE, ideas.find)
