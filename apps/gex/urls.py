from django.urls import path

from apps.gex import views

app_name = "gex"
urlpatterns = [path("<str:symbol>/", views.page, name="page")]
