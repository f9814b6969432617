from django.urls import URLPattern, path

from apps.paper import actions, views

app_name = "paper"
urlpatterns: list[URLPattern] = [
    path("", views.page, name="page"),
    path("find/", actions.find, name="find"),
    path("found/<int:number>/execute/", actions.execute, name="execute"),
    path("setups/<str:symbol>/<slug:reference>/open/", actions.open_setup, name="open_setup"),
    path("ideas/<int:number>/open/", actions.open_idea, name="open_idea"),
    path("<slug:kind>/", views.page, name="account"),
    path("<slug:kind>/body/", views.body, name="body"),
    path("<slug:kind>/manage/", actions.manage, name="manage"),
    path("<slug:kind>/settings/", actions.settings, name="settings"),
    path("<slug:kind>/fills/", actions.fills, name="fills"),
    path("<slug:kind>/reset/", actions.restart, name="reset"),
    path("<slug:kind>/positions/<int:number>/close/", actions.close, name="close"),
    path("<slug:kind>/positions/<int:number>/closing/", views.close_dialog, name="close_dialog"),
    path("<slug:kind>/trades.csv", views.trades_csv, name="trades_csv"),
]
