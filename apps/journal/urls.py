from django.urls import URLPattern, path

from apps.journal import actions, views

app_name = "journal"
urlpatterns: list[URLPattern] = [
    path("", views.journal, name="page"),
    path("calendar/", views.calendar, name="calendar"),
    path("trades.csv", views.trades_csv, name="trades_csv"),
    path("new/", views.new_trade, name="new"),
    path("new/write/", actions.write_trade, name="write"),
    path("<int:number>/", views.entry, name="entry"),
    path("<int:number>/review/", views.review, name="review"),
    path("<int:number>/review/save/", actions.review, name="save_review"),
    path("<int:number>/trade/", views.edit_trade, name="trade"),
    path("<int:number>/trade/correct/", actions.correct_trade, name="correct"),
    path("<int:number>/removing/", views.removing, name="removing"),
    path("<int:number>/remove/", actions.remove_entry, name="remove"),
    path("<int:number>/pictures/", actions.add_pictures, name="add_pictures"),
    path("pictures/<int:number>/", views.picture, name="picture"),
    path("pictures/<int:number>/remove/", actions.drop_picture, name="drop_picture"),
]
