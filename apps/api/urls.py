from django.urls import path

from apps.api import views

app_name = "api"
urlpatterns = [
    path("", views.page, name="tokens"),
    path("<int:pk>/revoke/", views.revoke, name="revoke"),
]
