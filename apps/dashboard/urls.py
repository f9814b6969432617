from django.urls import path

from apps.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("status/", views.status, name="status"),
    path("day/", views.day, name="day"),
    path("own/", views.own, name="own"),
]
