from django.urls import path

from apps.positions import actions, views

app_name = "positions"
urlpatterns = [
    path("", views.page, name="page"),
    path("closed/", views.closed, name="closed"),
    path("open.csv", views.open_csv, name="open_csv"),
    path("closed.csv", views.closed_csv, name="closed_csv"),
    path("new/", views.new, name="new"),
    path("open/", actions.open_new, name="open"),
    path("close/", actions.close_many, name="close_many"),
    path("orders/<int:number>/cancel/", actions.cancel, name="cancel"),
    path("<int:number>/", views.position, name="position"),
    path("<int:number>/close/", actions.close, name="close"),
    path("<int:number>/edit/", actions.edit, name="edit"),
    path("<int:number>/roll/", actions.roll, name="roll"),
    path("<int:number>/settle/", actions.settle, name="settle"),
]
