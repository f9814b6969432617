"""Every door of the web application. Only /login/, /healthz and static files are open to strangers."""

from django.contrib import admin
from django.urls import include, path

from apps.dashboard.views import page as dashboard
from apps.gex.learn import learn

urlpatterns = [
    path("", dashboard, name="home"),
    path("dashboard/", include("apps.dashboard.urls")),
    path("", include("apps.accounts.urls")),
    path("", include("apps.market.urls")),
    path("gex/", include("apps.gex.urls")),
    path("learn/", learn, name="learn"),
    path("gamma/", include("apps.gamma.urls")),
    path("positions/", include("apps.positions.urls")),
    path("journal/", include("apps.journal.urls")),
    path("autotrader/", include("apps.autotrader.urls")),
    path("paper/", include("apps.paper.urls")),
    path("ideas/", include("apps.ideas.urls")),
    path("admin/", admin.site.urls),
]
