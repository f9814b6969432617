"""Addresses of the sockets."""

from django.urls import path

from apps.positions.consumers import PositionsConsumer

websocket_urlpatterns = [path("ws/positions", PositionsConsumer.as_asgi())]
