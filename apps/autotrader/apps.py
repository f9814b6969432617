from django.apps import AppConfig


class AutotraderConfig(AppConfig):
    name = "apps.autotrader"
    label = "autotrader"
