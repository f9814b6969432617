from django.urls import path

from apps.gamma import views

app_name = "gamma"
urlpatterns = [
    path("<str:symbol>/", views.page, name="page"),
    path("<str:symbol>/<slug:key>/", views.block, name="block"),
]
