from django.conf import settings
from django.urls import path

from apps.market import views

app_name = "market"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("system/", views.system_page, name="system"),
    path("market/go/", views.go, name="go"),
    path("market/clock/", views.market_clock, name="clock"),
    path("market/<str:symbol>/leave/", views.leave_held, name="leave_held"),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", views.styleguide, name="styleguide"))
