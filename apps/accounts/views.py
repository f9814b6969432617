"""Login, logout, password and theme."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView as DjangoPasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from alphagex.requests import SignedInRequest
from apps.accounts import services
from apps.accounts.forms import SettingsForm, ThemeForm


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
    """Show and keep the account's size, the risk of one trade and the first symbol."""
    preferences = services.preferences_of(request.user)
    form = SettingsForm(request.POST or None, instance=preferences)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Settings saved.")
        return redirect("accounts:settings")
    status = 422 if form.errors else 200
    # An invalid form has bent the instance it was bound to; the page tells what is kept.
    kept = services.preferences_of(request.user)
    return render(request, "accounts/settings.html", {"form": form, "max_risk": kept.max_risk}, status=status)
