from django.apps import AppConfig


class IdeasConfig(AppConfig):
    name = "apps.ideas"
    label = "ideas"

    def ready(self) -> None:
        from apps.ideas import sizing, takers

        takers.register(sizing.SIZE)
        takers.register(takers.LOG)
