"""Address of the copilot's socket."""

from django.urls import path

from apps.copilot.consumers import CopilotConsumer

websocket_urlpatterns = [path("ws/copilot", CopilotConsumer.as_asgi())]
