"""Yahoo's finance service: cookie and crumb, then prices and option quotes."""

from datetime import datetime

from apps.market.fake_upstream.market import Market
from apps.market.fake_upstream.wire import HTML, Asked, Reply, as_json, as_text
from apps.market.fake_upstream.yahoo_chart import chart
from apps.market.fake_upstream.yahoo_options import options

CRUMB = "Demo.Crumb0"
COOKIE = "A3=d=demo"
_SET_COOKIE = (("Set-Cookie", f"{COOKIE}; Path=/; Max-Age=31536000; HttpOnly"),)
_CONSENT = """<!doctype html><html><body><form method="post" action="v2/collectConsent">
<input type="hidden" name="csrfToken" value="demo"><input type="hidden" name="sessionId" value="demo">
<button name="agree" value="agree">Accept all</button></form></body></html>"""


def answer(asked: Asked, market: Market, at: datetime) -> Reply:
    """Return what the hosts of Yahoo say; the path decides, as all hosts stand behind one address here.

    Options want the cookie and the crumb that belongs to it, charts do not.
    """
    match asked.path:
        case "/":
            # The real host too sets its cookie with a page that does not exist.
            return Reply(status=404, headers=_SET_COOKIE)
        case "/consent":
            return as_text(_CONSENT, content_type=HTML)
        case "/v2/collectConsent" | "/copyConsent":
            return Reply(headers=_SET_COOKIE)
        case "/v1/test/getcrumb":
            return as_text(CRUMB) if _has_cookie(asked) else _denied("Invalid Cookie")
        case path if path.startswith("/v8/finance/chart/"):
            return chart(asked, market, at)
        case path if path.startswith("/v7/finance/options/"):
            if asked.query.get("crumb") != CRUMB or not _has_cookie(asked):
                return _denied("Invalid Crumb")
            return options(asked, market, at)
    return as_json({"finance": {"result": None, "error": {"code": "Not Found", "description": None}}}, status=404)


def _has_cookie(asked: Asked) -> bool:
    return COOKIE in asked.headers.get("cookie", "")


def _denied(why: str) -> Reply:
    return as_json({"finance": {"result": None, "error": {"code": "Unauthorized", "description": why}}}, status=401)
