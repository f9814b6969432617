"""The HTTP session yfinance speaks through: every quote request is paid for first, timed, and its answer checked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from curl_cffi import CurlOpt
from curl_cffi.requests import Response, Session

from apps.market.sources import stand_in
from apps.market.sources.protocol import Meter, SourceUnavailable, UnknownSymbol

HANDSHAKE_HOSTS = frozenset({"fc.yahoo.com", "guce.yahoo.com", "consent.yahoo.com"})
CRUMB_PATH = "/v1/test/getcrumb"
HANDSHAKE_SECONDS = 5.0  # a cookie that takes longer would eat the time of the quote
LONGEST_CRUMB = 64  # characters; they have 11
LARGEST = 64 * 2**20  # bytes
HAD_ENOUGH = frozenset({403, 429, 999})
NOTHING_SUCH = frozenset({400, 404, 422})


class NoCrumb(ConnectionError):
    """Yahoo gave no crumb. yfinance takes it for a passing network fault and asks without one."""


@dataclass(slots=True)
class _Asking:
    """What a thread is asking for. paid: the next quote request is. renewals: cookies and crumbs it may still renew."""

    what: str
    paid: bool
    renewals: int


class _Envelope(msgspec.Struct):
    """What every answer with numbers is wrapped in; the numbers are left to yfinance."""

    chart: msgspec.Raw = msgspec.Raw()
    option_chain: msgspec.Raw = msgspec.field(name="optionChain", default=msgspec.Raw())


class _Fault(msgspec.Struct):
    description: str | None = None


class _Faulty(msgspec.Struct):
    error: _Fault | None = None


class _Declined(msgspec.Struct):
    """An answer that says why there is nothing."""

    chart: _Faulty | None = None
    option_chain: _Faulty | None = msgspec.field(name="optionChain", default=None)
    finance: _Faulty | None = None


class YahooSession(Session[Response]):
    """A browser-like session; threads may share it.

    base_url: stands in for every host of Yahoo, paths stay; empty for the real ones. timeout: seconds for one answer.
    Cookies and crumbs cost nothing: they are no quotes, they are asked for about once a process, and only on the way
    to a quote request that has been paid for, so a spent budget keeps them back as well.
    """

    def __init__(self, *, base_url: str, timeout: float, meter: Meter) -> None:
        super().__init__(impersonate="chrome", curl_options={CurlOpt.MAXFILESIZE_LARGE: LARGEST})
        self._address = base_url.rstrip("/")
        self._seconds = timeout
        self._meter = meter
        self._of_thread = threading.local()
        self.stand_in = ""  # what the server said of itself with its last answer

    @contextmanager
    def asking(self, what: str, *, renewals: int = 0) -> Iterator[None]:
        """Pay for one quote request and name it `what` in messages. Raises OutOfBudget before anything is sent.

        renewals: how often a denied request (401) may be sent again with a new cookie and crumb; each is paid for.
        """
        self._meter.spend()
        self._of_thread.asking = _Asking(what, paid=True, renewals=renewals)
        try:
            yield
        finally:
            del self._of_thread.asking

    def request(self, method: Any, url: str, *args: Any, **options: Any) -> Response:
        """Send what yfinance wants sent, within our limits. Raises SourceError, OutOfBudget, curl's exceptions."""
        parts = urlsplit(url)
        is_crumb = parts.path == CRUMB_PATH
        if is_crumb or parts.hostname in HANDSHAKE_HOSTS:
            # A redirect would lead from the stand-in to the real hosts.
            options |= {"timeout": min(self._seconds, HANDSHAKE_SECONDS), "allow_redirects": not self._address}
            answer = super().request(method, self._addressed(url), *args, **options)
            if is_crumb:
                self._check_crumb(answer)
            return answer
        asking = getattr(self._of_thread, "asking", None) or _Asking("a quote", paid=False, renewals=0)
        if not asking.paid:
            self._meter.spend()
        asking.paid = False
        # A redirect followed would be a second request that nobody paid for.
        options |= {"timeout": self._seconds, "allow_redirects": False}
        answer = super().request(method, self._addressed(url), *args, **options)
        self._check_quotes(answer, asking)
        self.stand_in = stand_in.said(answer.headers)
        return answer

    def _addressed(self, url: str) -> str:
        if not self._address:
            return url
        parts = urlsplit(url)
        return f"{self._address}{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"

    def _check_crumb(self, answer: Response) -> None:
        """Keep refusals and web pages from being taken for crumbs."""
        said = answer.text.strip()
        if answer.status_code == 429 or "too many requests" in said.lower():
            raise self._refusal(answer, "a crumb")
        if answer.status_code != 200 or not 0 < len(said) <= LONGEST_CRUMB or set(said) & set("<{ "):
            raise NoCrumb(f"Yahoo gave no crumb ({answer.status_code})")

    def _check_quotes(self, answer: Response, asking: _Asking) -> None:
        status, what = answer.status_code, asking.what
        if status in HAD_ENOUGH or b"too many requests" in answer.content[:200].lower():
            raise self._refusal(answer, what)
        if status == 401:
            if not asking.renewals:
                self._meter.refused("access denied (401)")
                raise SourceUnavailable(f"Yahoo denied access (401, for {what}). Try again in a few minutes.")
            asking.renewals -= 1  # yfinance gets a new cookie and crumb and asks again
            return
        if status in NOTHING_SUCH and (reason := _reason(answer.content)):
            self._meter.succeeded()
            advice = " Check the spelling." if status == 404 else ""
            raise UnknownSymbol(f"Yahoo has nothing for {what}: {reason.rstrip('.')}.{advice}")
        if 300 <= status < 400:
            raise SourceUnavailable(f"Yahoo wants something else read first ({status}, for {what}). Try again later.")
        if status != 200:
            raise SourceUnavailable(f"Yahoo answered {status} for {what}. Try again in a few minutes.")
        _check_body(answer.content, what)
        self._meter.succeeded()

    def _refusal(self, answer: Response, what: str) -> SourceUnavailable:
        status, wait = answer.status_code, (answer.headers.get("Retry-After") or "").strip()
        seconds = float(wait) if wait.isdecimal() else None
        self._meter.refused(f"refused ({status})", retry_after=seconds)
        pause = f"in {wait} s" if seconds else "in a few minutes"
        said = "refuses to answer" if status == 403 else "asks for fewer requests"
        return SourceUnavailable(f"Yahoo {said} ({status}, for {what}). Try again {pause}.")


def _check_body(body: bytes, what: str) -> None:
    """Refuse what is no answer at all, where yfinance would fail on it in a way nobody understands."""
    start = body.lstrip()[:1]
    if not start:
        raise SourceUnavailable(f"Yahoo sent an empty answer for {what}. Try again in a few minutes.")
    if start == b"<":
        raise SourceUnavailable(f"Yahoo sent a web page instead of {what}. Try again in a few minutes.")
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceUnavailable(f"Yahoo's answer for {what} is broken or truncated JSON: {error}.") from error
    if not bytes(envelope.chart) and not bytes(envelope.option_chain):
        raise SourceUnavailable(f"Yahoo's answer for {what} is JSON, but holds neither prices nor options.")


def _reason(body: bytes) -> str:
    """Return why Yahoo says it has nothing, empty if it does not say."""
    try:
        declined = msgspec.json.decode(body, type=_Declined)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    for part in (declined.chart, declined.option_chain, declined.finance):
        if part and part.error and part.error.description:
            return " ".join(part.error.description.split())[:200]
    return ""
