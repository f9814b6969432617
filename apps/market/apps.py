from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "apps.market"
    label = "market"

    def ready(self) -> None:
        """Make the Celery application current in every process, and connect the signs of life of worker and beat."""
        from alphagex import celery
        from apps.market import heartbeat

        celery.app.set_default()
        heartbeat.connect()
