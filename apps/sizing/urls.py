from django.urls import path

from apps.sizing import views

app_name = "sizing"
urlpatterns = [
    path("", views.page, name="page"),
    path("trade/", views.trade, name="trade"),
    path("stop/", views.stop, name="stop"),
    path("kelly/", views.kelly, name="kelly"),
]
