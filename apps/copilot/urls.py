from django.urls import path

from apps.copilot import tool_views, views

app_name = "copilot"
urlpatterns = [
    path("", views.newest, name="page"),
    path("new/", views.new, name="new"),
    path("found/", views.found, name="found"),
    path("access/", views.access, name="access"),
    path("ask/", views.ask, name="ask_new"),
    path("<int:pk>/", views.chat, name="chat"),
    path("<int:pk>/ask/", views.ask, name="ask"),
    path("<int:pk>/rename/", views.rename, name="rename"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("<int:pk>/transcript.md", views.transcript, name="transcript"),
    path("turn/<int:pk>/", views.turn, name="turn"),
    path("turn/<int:pk>/stop/", views.stop, name="stop"),
    path("turn/<int:pk>/used/", views.used, name="used"),
    path("turn/<int:pk>/ideas/<int:place>/<slug:taker>/", views.take, name="take"),
    path("scenario/", tool_views.scenario, name="scenario"),
    path("portfolio/", tool_views.portfolio, name="portfolio"),
    path("post-mortem/", tool_views.post_mortem, name="post_mortem"),
    path("probability/", tool_views.probability, name="probability"),
]
