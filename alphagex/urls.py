"""Every door of the web application. Only /login/, /healthz and static files are open to strangers."""

from django.contrib import admin
from django.urls import include, path

from alphagex.palette import palette
from apps.dashboard.views import page as dashboard
from apps.gex.learn import learn
from apps.security.login_views import admin_login

urlpatterns = [
    path("", dashboard, name="home"),
    path("api/", include("alphagex.api")),
    path("dashboard/", include("apps.dashboard.urls")),
    path("login/", include("apps.security.login_urls")),
    path("", include("apps.accounts.urls")),
    path("settings/security/", include("apps.security.urls")),
    path("settings/tokens/", include("apps.api.urls")),
    path("", include("apps.market.urls")),
    path("gex/", include("apps.gex.urls")),
    path("learn/", learn, name="learn"),
    path("palette/", palette, name="palette"),
    path("gamma/", include("apps.gamma.urls")),
    path("positions/", include("apps.positions.urls")),
    path("journal/", include("apps.journal.urls")),
    path("autotrader/", include("apps.autotrader.urls")),
    path("paper/", include("apps.paper.urls")),
    path("scanner/", include("apps.scanner.urls")),
    path("alerts/", include("apps.alerts.urls")),
    path("copilot/", include("apps.copilot.urls")),
    path("sizing/", include("apps.sizing.urls")),
    path("ideas/", include("apps.ideas.urls")),
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
]
