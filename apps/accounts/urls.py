from django.contrib.auth.views import LogoutView
from django.urls import path

from apps.accounts import views

app_name = "accounts"
urlpatterns = [
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/password/", views.PasswordChangeView.as_view(), name="password_change"),
    path("account/theme/", views.theme, name="theme"),
    path("settings/", views.settings_page, name="settings"),
    path(
        "settings/sections/<slug:page>/<slug:section>/<slug:direction>/",
        views.move_section,
        name="move_section",
    ),
]
