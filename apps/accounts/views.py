"""Login, logout, password, theme and settings."""

import copy

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView as DjangoPasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from alphagex.requests import SignedInRequest
from apps.accounts import services
from apps.accounts.forms import SettingsForm, ThemeForm
from apps.accounts.sections import PAGES, arrangement, moved, placed
from apps.accounts.settings_page import PageSections, page_sections, told_by
from apps.accounts.settings_tabs import settings_tabs


class PasswordChangeView(DjangoPasswordChangeView):
    """Change the password and say so on the page one comes back to."""

    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form):  # type: ignore[no-untyped-def]
        messages.success(self.request, "Password changed.")
        return super().form_valid(form)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme; the page switches by itself, a page without scripts is sent back where it was."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return HttpResponse("Theme must be dark, light or system.", status=422, content_type="text/plain")
    assert isinstance(request.user, User)  # noqa: S101 (the middleware lets nobody else in)
    services.set_theme(request.user, theme=form.cleaned_data["theme"])
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    back = request.headers.get("Referer", "/")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "/")


@require_http_methods(["GET", "POST"])
def settings_page(request: SignedInRequest) -> HttpResponse:
    """Show and keep what a user chose: account and risk, look, first symbol, sections, refresh."""
    kept = services.preferences_of(request.user)
    # The form bends the instance it is bound to, even when it is invalid; the page goes on telling what is kept.
    form = SettingsForm(request.POST or None, instance=copy.copy(kept))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Settings saved.")
        return redirect("accounts:settings")
    context = {
        "tabs": settings_tabs("general"),
        "form": form,
        "max_risk": kept.max_risk,
        "pages": page_sections(form),
        "told": told_by(request.user),
    }
    return render(request, "accounts/settings.html", context, status=422 if form.errors else 200)


@require_POST
def move_section(request: SignedInRequest, page: str, section: str, direction: str) -> HttpResponse:
    """Return the list of a page's sections with one moved, as the form stands. Nothing is kept until it is saved."""
    known = {one.id for one in PAGES.get(page, ())}
    order = request.POST.getlist(f"{page}_order")
    if section not in known or set(order) != known or len(order) != len(known):
        return HttpResponseBadRequest("The sections have changed. Load the page again.", content_type="text/plain")
    after = moved(order, section, page, up=direction == "up")
    found = placed(page, {page: arrangement(after, request.POST.getlist(f"{page}_shown"))})
    return render(request, "accounts/_sections.html", {"page": PageSections.of(page, found, moved=section)})
