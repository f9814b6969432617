from django.urls import URLPattern

app_name = "autotrader"
urlpatterns: list[URLPattern] = []
