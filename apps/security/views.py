"""The security settings. What guards the account changes only for whoever types the password again."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from alphagex import clock
from alphagex.requests import SignedInRequest
from apps.accounts.settings_tabs import settings_tabs
from apps.security import authenticator, factors, log, passkeys, recovery, sessions
from apps.security.audit import Action, record
from apps.security.forms import AppCodeForm, PasskeyForm, PasswordForm
from apps.security.limits import TooManyFailuresError, is_password
from apps.security.login_views import credential_in, too_many
from apps.security.models import AuthenticatorApp, Passkey
from apps.security.page import page_of


@require_GET
@never_cache
def page(request: SignedInRequest) -> HttpResponse:
    """Show second factors, sessions, the rules of passwords and the newest of the log."""
    return render(request, "security/page.html", page_of(request, request.user))


@require_GET
@never_cache
def whole_log(request: SignedInRequest) -> HttpResponse:
    """Show the log page by page."""
    asked, kind = request.GET.get("page", ""), request.GET.get("kind", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    found = log.log_of(request.user, kind=kind if kind in log.KINDS else "", number=max(number, 1))
    context = {"log": found, "kinds": log.KINDS.items(), "tabs": settings_tabs("security")}
    return render(request, "security/log.html", context)


@sensitive_post_parameters()
@require_POST
@never_cache
def begin_app(request: SignedInRequest) -> HttpResponse:
    """Show the code to scan for a new authenticator app."""
    form = PasswordForm(request.POST, auto_id="app_%s")
    if problem := _unproven(request, form, app_form=form):
        return problem
    if factors.confirmed_app(request.user):
        messages.info(request, "There is an authenticator app already.")
        return redirect("security:page")
    return _scan(request, authenticator.begin(request.user), AppCodeForm(), status=200)


@sensitive_post_parameters()
@require_POST
@never_cache
def confirm_app(request: SignedInRequest) -> HttpResponse:
    """Take the app as a factor once it shows the right code; the first factor brings recovery codes."""
    app = AuthenticatorApp.objects.filter(user=request.user, confirmed_at__isnull=True).first()
    if app is None:
        return redirect("security:page")
    form = AppCodeForm(request.POST)
    if form.is_valid() and not authenticator.accepts(app, "".join(form.cleaned_data["code"].split())):
        form.add_error("code", "This is not the code of now. Check the clock of the phone, then type the next one.")
    if form.errors:
        return _scan(request, app, form, status=422)
    app.confirmed_at = clock.now()
    app.save(update_fields=["confirmed_at"])
    record(Action.APP_ADDED, request.user, request=request)
    if recovery.codes_left(request.user):
        messages.success(request, "Authenticator app added.")
        return redirect("security:page")
    return _show_codes(request, "The app is added.")


@sensitive_post_parameters()
@require_POST
def remove_app(request: SignedInRequest) -> HttpResponse:
    """Remove the authenticator app."""
    form = PasswordForm(request.POST, auto_id="app_%s")
    if problem := _unproven(request, form, app_form=form):
        return problem
    if AuthenticatorApp.objects.filter(user=request.user).delete()[0]:
        record(Action.APP_REMOVED, request.user, request=request)
        factors.drop_codes_without_factor(request.user)
        messages.success(request, "Authenticator app removed.")
    return redirect("security:page")


@sensitive_post_parameters()
@require_POST
@never_cache
def make_codes(request: SignedInRequest) -> HttpResponse:
    """Show new recovery codes, once."""
    form = PasswordForm(request.POST, auto_id="codes_%s")
    if problem := _unproven(request, form, codes_form=form):
        return problem
    if not factors.wants_second_step(request.user):
        messages.info(request, "Add a second factor first: without one there is nothing to recover from.")
        return redirect("security:page")
    return _show_codes(request, "The old codes are worthless now.")


@sensitive_post_parameters()
@require_POST
def passkey_options(request: SignedInRequest) -> HttpResponse:
    """Return what the browser needs to make a passkey, to whoever knows the password."""
    form = PasskeyForm(request.POST)
    try:
        if form.is_valid() and not is_password(request.user, form.cleaned_data["password"], request=request):
            form.add_error("password", "This is not your password.")
    except TooManyFailuresError:
        form.add_error("password", "Too many wrong passwords. Wait a quarter of an hour.")
    problem = passkeys.why_not_here(request) or " ".join(str(text) for texts in form.errors.values() for text in texts)
    if problem:
        return JsonResponse({"problem": problem}, status=422)
    return JsonResponse(passkeys.options_to_add(request, request.user))


@require_POST
def add_passkey(request: SignedInRequest) -> HttpResponse:
    """Keep what the browser made; its challenge is only there for whoever gave the password a moment ago."""
    name = request.POST.get("name", "").replace("\x00", "").strip()[:60] or "Passkey"
    try:
        added = passkeys.add(request, request.user, name=name, credential=credential_in(request))
    except passkeys.PasskeyError as error:
        return JsonResponse({"problem": str(error)}, status=422)
    record(Action.PASSKEY_ADDED, request.user, request=request, detail=added.name)
    messages.success(request, f"Passkey {added.name} added.")
    return JsonResponse({"next": reverse("security:page")})


@sensitive_post_parameters()
@require_POST
def remove_passkey(request: SignedInRequest, number: int) -> HttpResponse:
    """Remove a passkey."""
    found = get_object_or_404(Passkey, pk=number, user=request.user)
    form = PasswordForm(request.POST, auto_id="removing_%s")
    if problem := _unproven(request, form, removing=found.pk, removing_form=form):
        return problem
    found.delete()
    record(Action.PASSKEY_REMOVED, request.user, request=request, detail=found.name)
    factors.drop_codes_without_factor(request.user)
    messages.success(request, f"Passkey {found.name} removed.")
    return redirect("security:page")


@require_POST
def end_session(request: SignedInRequest, handle: str) -> HttpResponse:
    """End one of the user's sessions."""
    ended = sessions.end_one(request.user, handle)
    if ended is None:
        raise Http404("There is no such session, or it has ended already.")
    record(Action.SESSION_ENDED, request.user, request=request, detail=f"{ended.device}, {ended.address}")
    messages.success(request, f"Session on {ended.device} ended.")
    return redirect("security:page")


@require_POST
def end_other_sessions(request: SignedInRequest) -> HttpResponse:
    """End all sessions but this one."""
    count = sessions.end_others(request.user, current=request.session.session_key)
    if count:
        record(Action.SESSIONS_ENDED, request.user, request=request, detail=f"{count} ended")
    messages.success(request, f"{count} other session{'' if count == 1 else 's'} ended.")
    return redirect("security:page")


def _unproven(request: SignedInRequest, form: PasswordForm, **shown: Any) -> HttpResponse | None:
    """Return the page with the form's error unless it carries the user's password."""
    try:
        if form.is_valid() and is_password(request.user, form.cleaned_data["password"], request=request):
            return None
    except TooManyFailuresError:
        return too_many(request)
    if not form.errors:
        form.add_error("password", "This is not your password.")
    return render(request, "security/page.html", page_of(request, request.user, **shown), status=422)


def _scan(request: SignedInRequest, app: AuthenticatorApp, form: AppCodeForm, *, status: int) -> HttpResponse:
    secret = authenticator.secret_of(app)
    context = {
        "form": form,
        "picture": authenticator.qr_code(app),
        "secret": " ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        "tabs": settings_tabs("security"),
    }
    return render(request, "security/scan.html", context, status=status)


def _show_codes(request: SignedInRequest, said: str) -> HttpResponse:
    codes = recovery.make_codes(request.user)
    record(Action.CODES_MADE, request.user, request=request)
    context = {"codes": codes, "said": said, "tabs": settings_tabs("security")}
    return render(request, "security/codes.html", context)
