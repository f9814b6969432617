"""Every door of the web application. Only /login/, /healthz and static files are open to strangers."""

from django.contrib import admin
from django.urls import include, path

from alphagex.frame import home

urlpatterns = [
    path("", home, name="home"),
    path("", include("apps.accounts.urls")),
    path("", include("apps.market.urls")),
    path("gex/", include("apps.gex.urls")),
    path("admin/", admin.site.urls),
]
