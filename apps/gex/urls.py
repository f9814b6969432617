from django.urls import path

from apps.gex import views
from apps.gex.past import files
from apps.gex.plans import views as plan_views

app_name = "gex"
urlpatterns = [
    path("<str:symbol>/", views.page, name="page"),
    path("<str:symbol>/plans/<slug:period>.<slug:form>", plan_views.export, name="plan_export"),
    path("<str:symbol>/history.<slug:form>", files.history_file, name="history_file"),
    path("<str:symbol>/strip/", views.strip, name="strip"),
    path("<str:symbol>/<slug:tab>/", views.tab, name="tab"),
    path("<str:symbol>/<slug:tab>/<slug:key>/", views.block, name="block"),
]
