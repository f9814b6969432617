"""Mounted at /login/, before the addresses of accounts."""

from django.urls import path

from apps.security import login_views

app_name = "login"
urlpatterns = [
    path("", login_views.LoginView.as_view(), name="page"),
    path("verify/", login_views.verify, name="verify"),
    path("passkey/options/", login_views.passkey_options, name="passkey_options"),
    path("passkey/", login_views.passkey, name="passkey"),
]
