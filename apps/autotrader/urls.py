from django.urls import path

from apps.autotrader import views

app_name = "autotrader"
urlpatterns = [
    path("", views.page, name="page"),
    path("performance/", views.performance, name="performance"),
    path("trades/", views.trades, name="trades"),
    path("decisions/", views.decisions, name="decisions"),
    path("decisions/<int:number>/", views.decision, name="decision"),
    path("log/", views.log, name="log"),
    path("log.txt", views.log_file, name="log_file"),
    path("settings/", views.settings, name="settings"),
    path("settings/rules/", views.rules, name="rules"),
    path("settings/reset/", views.reset, name="reset"),
    path("switch/<slug:action>/", views.switch, name="switch"),
]
