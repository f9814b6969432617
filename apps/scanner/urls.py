from django.urls import path

from apps.scanner import actions, views

app_name = "scanner"
urlpatterns = [
    path("", views.page, name="page"),
    path("results.csv", views.results_csv, name="results_csv"),
    path("results/<int:number>/", views.result, name="result"),
    path("scans/<int:number>/cancel/", actions.cancel, name="cancel"),
    path("settings/", actions.keep_settings, name="settings"),
    path("lists/new/", views.new_list, name="new_list"),
    path("lists/make/", actions.make_list, name="make_list"),
    path("lists/<int:number>/", views.watchlist, name="list"),
    path("lists/<int:number>/edit/", views.edit_list, name="edit_list"),
    path("lists/<int:number>/rename/", actions.rename, name="rename"),
    path("lists/<int:number>/delete/", actions.delete, name="delete"),
    path("lists/<int:number>/scan/", actions.scan, name="scan"),
    path("lists/<int:number>/add/", actions.add, name="add"),
    path("lists/<int:number>/remove/<str:symbol>/", actions.remove, name="remove"),
    path("lists/<int:number>/import/", actions.bring_in, name="import"),
    path("lists/<int:number>/symbols.csv", views.list_csv, name="list_csv"),
]
