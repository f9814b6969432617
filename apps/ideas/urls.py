from django.urls import path

from apps.ideas import views

app_name = "ideas"
urlpatterns = [path("<slug:source>/<str:symbol>/<str:reference>/<slug:taker>/", views.hand_over, name="hand_over")]
