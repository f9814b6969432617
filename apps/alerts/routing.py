"""Addresses of the sockets."""

from django.urls import path

from apps.alerts.consumers import NotificationsConsumer

websocket_urlpatterns = [path("ws/notifications", NotificationsConsumer.as_asgi())]
