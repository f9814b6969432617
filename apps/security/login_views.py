"""The login: password, second step, passkey."""

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView as PasswordView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from apps.security import factors, passkeys
from apps.security.audit import Action, record
from apps.security.forms import CodeForm
from apps.security.limits import TooManyFailuresError, may_ask
from apps.security.models import Passkey
from apps.security.sealing import SealBrokenError
from apps.security.signing_in import sign_in, wait_for_second_step, who_waits

_LARGEST_ANSWER = 20_000
_TOO_LATE = "That took too long. Enter your password again."


@method_decorator(never_cache, name="dispatch")
class LoginView(PasswordView):
    """The password opens the desk of whoever has no second factor, as it always did."""

    template_name = "security/login.html"
    redirect_authenticated_user = True
    next_page = "/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"why_no_passkey": passkeys.why_not_here(self.request)}

    def form_valid(self, form: AuthenticationForm) -> HttpResponseRedirect:
        user = form.get_user()
        if factors.wants_second_step(user):
            wait_for_second_step(self.request, user, then=self.get_success_url())
            return redirect("login:verify")
        sign_in(self.request, user, method="password")
        return redirect(self.get_success_url())


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor of whoever gave the right password."""
    waiting = who_waits(request)
    if waiting is None:
        return redirect("login:page")
    user, then = waiting
    form, status = CodeForm(request.POST or None), 200
    if form.is_valid():
        try:
            method = factors.check_code(user, form.cleaned_data["code"], request=request)
        except TooManyFailuresError:
            return too_many(request)
        except SealBrokenError:
            method = None
            form.add_error("code", "The desk cannot read the app's secret any more. Use a recovery code.")
        if method is not None:
            sign_in(request, user, method=f"password and {method}")
            return redirect(then)
        if not form.errors:
            form.add_error("code", "This code is not right, or was used already. Each code opens once.")
    if request.method == "POST":
        status = 422
    return render(request, "security/verify.html", _shown(request, user, form), status=status)


def _shown(request: HttpRequest, user: User, form: CodeForm) -> dict[str, Any]:
    has_passkey = Passkey.objects.filter(user=user).exists()
    return {
        "form": form,
        "has_app": factors.confirmed_app(user) is not None,
        "has_passkey": has_passkey,
        "why_no_passkey": passkeys.why_not_here(request),
    }


@login_not_required
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """Return what the browser needs to sign: with any passkey, or in the second step with one of the user's."""
    if problem := passkeys.why_not_here(request):
        return _refused(problem)
    if not may_ask(request):
        return _refused("Too many tries from your address. Wait a minute.", status=429)
    is_second, waiting = _step_of(request)
    if is_second and waiting is None:
        return _refused(_TOO_LATE)
    if waiting is None and not request.session.session_key:
        request.session.set_expiry(600)
    return JsonResponse(passkeys.options_to_sign(request, waiting[0] if waiting else None))


@login_not_required
@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """Open the desk to whoever signed with a passkey."""
    is_second, waiting = _step_of(request)
    if is_second and waiting is None:
        return _refused(_TOO_LATE)
    try:
        signed = passkeys.signed_by(request, credential_in(request), waiting[0] if waiting else None)
        user = User.objects.get(pk=signed.user_id)
        if not user.is_active:
            raise passkeys.PasskeyError("The desk does not know this passkey.")
    except passkeys.PasskeyError as error:
        who, action = (waiting[0], Action.FACTOR_FAILED) if waiting else (None, Action.LOGIN_FAILED)
        record(action, who, request=request, detail="passkey")
        return _refused(str(error))
    sign_in(request, user, method="password and passkey" if waiting else "passkey")
    return JsonResponse({"next": waiting[1] if waiting else _asked_page(request)})


def credential_in(request: HttpRequest) -> dict[str, Any]:
    """Return the credential a form carries as JSON. Raises PasskeyError."""
    text = request.POST.get("credential", "")
    try:
        found = json.loads(text) if len(text) <= _LARGEST_ANSWER else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise passkeys.PasskeyError("The browser's answer does not fit. Try again.")
    return found


def too_many(request: HttpRequest) -> HttpResponse:
    """Say that nothing is tried for a while."""
    return render(request, "security/too_many.html", status=429)


def _step_of(request: HttpRequest) -> tuple[bool, tuple[User, str] | None]:
    """Return whether the page is the second step's, and who waits there."""
    is_second = request.POST.get("step") == "second"
    return is_second, who_waits(request) if is_second else None


def _asked_page(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else resolve_url("/")


def _refused(problem: str, *, status: int = 422) -> HttpResponse:
    return JsonResponse({"problem": problem}, status=status)


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """Send the admin's own login, which knows no second factor, to the one door."""
    asked = request.GET.get("next", "")
    return redirect(f"{reverse('login:page')}?{request.GET.urlencode()}" if asked else "login:page")
