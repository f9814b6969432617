from django.urls import path

from apps.alerts import actions, views

app_name = "alerts"
urlpatterns = [
    path("", views.page, name="page"),
    path("delivery/", views.delivery, name="delivery"),
    path("body/", views.body, name="body"),
    path("history/", views.history, name="history"),
    path("fields/", views.fields, name="fields"),
    path("new/", actions.create, name="create"),
    path("presets/<slug:name>/", actions.preset, name="preset"),
    path("clear/", actions.clear, name="clear"),
    path("read/", actions.read, name="read"),
    path("settings/", actions.keep_settings, name="settings"),
    path("channels/", actions.add_channel, name="add_channel"),
    path("channels/<int:number>/remove/", actions.remove_channel, name="remove_channel"),
    path("test/", actions.test, name="test"),
    path("try-again/", actions.try_again, name="try_again"),
    path("<int:number>/", views.rule, name="rule"),
    path("<int:number>/change/", actions.change, name="change"),
    path("<int:number>/delete/", actions.delete, name="delete"),
    path("<int:number>/arm/", actions.arm, name="arm"),
    path("<int:number>/off/", actions.switch_off, name="off"),
    path("<int:number>/pause/", views.snooze_dialog, name="snooze_dialog"),
    path("<int:number>/snooze/", actions.snooze, name="snooze"),
    path("<int:number>/wake/", actions.wake, name="wake"),
]
