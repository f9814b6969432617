"""A passkey and an authenticator app in a real browser: added in the settings, then used at the door."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect

from alphagex import clock
from apps.security import authenticator
from apps.security.models import AuthenticatorApp, Passkey
from tests.conftest import PASSWORD
from tests.desk import Desk
from tests.e2e.conftest import desktop_only
from tests.e2e.test_pages_are_clean import nameless_controls
from tests.security.conftest import shown_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SETTINGS = "/settings/security/"


@pytest.fixture
def page(context: BrowserContext, desk: Desk, errors: list[str]) -> Page:
    """A page whose device has an authenticator with a fingerprint."""
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def at(desk: Desk, path: str) -> str:
    """Passkeys are bound to a name: not 127.0.0.1."""
    return f"http://localhost:{desk.port}{path}"


def enter_password(page: Page, desk: Desk) -> None:
    page.goto(at(desk, f"/login/?next={SETTINGS}"))
    page.get_by_label("Username").fill("trader")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


@desktop_only
def test_a_passkey_is_added_confirms_the_password_and_opens_alone(
    page: Page, desk: Desk, trader: User, errors: list[str]
) -> None:
    enter_password(page, desk)
    page.get_by_text("Add a passkey", exact=True).first.click()
    form = page.locator('form[data-passkey="create"]')
    form.get_by_label("Name").fill("Laptop")
    form.get_by_label("Your password").fill("wrong")
    form.get_by_role("button").click()
    expect(form.get_by_role("alert")).to_have_text("This is not your password.")
    form.get_by_label("Your password").fill(PASSWORD)
    form.get_by_role("button").click()
    expect(page.locator(".security-list")).to_contain_text("Laptop")
    assert Passkey.objects.get().user == trader
    assert nameless_controls(page) == []

    page.context.clear_cookies()
    enter_password(page, desk)
    expect(page).to_have_url(at(desk, "/login/verify/"))
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".security-list")).to_contain_text("Laptop")

    page.context.clear_cookies()
    page.goto(at(desk, f"/login/?next={SETTINGS}"))
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page).to_have_url(at(desk, SETTINGS))
    expect(page.locator(".security-events")).to_contain_text("by passkey")
    assert errors == []


def test_an_app_is_scanned_confirmed_and_asked_for(page: Page, desk: Desk, trader: User, errors: list[str]) -> None:
    enter_password(page, desk)
    page.get_by_text("Add an app").click()
    page.locator("form[action$='app/']").get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Show the code to scan").click()
    picture = page.get_by_alt_text("Code to scan")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 100"), "the policy lets it be shown"
    app = AuthenticatorApp.objects.get(user=trader)
    page.get_by_label("Code the app shows").fill(shown_at(app, clock.now()))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".security-codes code")).to_have_count(10)
    code = page.locator(".security-codes code").first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="I have kept them").click()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    page.context.clear_cookies()
    enter_password(page, desk)
    page.get_by_label("Code").fill(code.lower())
    page.get_by_role("button", name="Open the desk").click()
    expect(page.get_by_text("9 of 10 left")).to_be_visible()
    assert authenticator.secret_of(app) not in page.content()
    assert errors == []
