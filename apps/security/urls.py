from django.urls import path

from apps.security import views

app_name = "security"
urlpatterns = [
    path("", views.page, name="page"),
    path("log/", views.whole_log, name="log"),
    path("app/", views.begin_app, name="begin_app"),
    path("app/confirm/", views.confirm_app, name="confirm_app"),
    path("app/remove/", views.remove_app, name="remove_app"),
    path("codes/", views.make_codes, name="make_codes"),
    path("passkeys/options/", views.passkey_options, name="passkey_options"),
    path("passkeys/", views.add_passkey, name="add_passkey"),
    path("passkeys/<int:number>/remove/", views.remove_passkey, name="remove_passkey"),
    path("sessions/end/", views.end_other_sessions, name="end_other_sessions"),
    path("sessions/<slug:handle>/end/", views.end_session, name="end_session"),
]
