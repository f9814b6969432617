"""Gamma, part 1: the Trading Volatility client and the weekly three-view gamma intelligence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from legacy_engines.gamma.trading_volatility import CachedBody, ClientState, TradingVolatilityAPI
from tests.parity.binding import Binding, always_law
from tests.parity.cases import Case, numbers
from tests.parity.compare import plain
from tests.parity.worlds import CannedSession, StandingClock, clock_of

PREFIX = "core_classes_and_engines.TradingVolatilityAPI."
STATE_FIELDS = (
    "last_request_time",
    "circuit_breaker_active",
    "circuit_breaker_until",
    "consecutive_rate_limit_errors",
    "api_call_count",
    "api_call_count_minute",
    "minute_reset_time",
)
FIXED_LABELS = (
    "API key not configured",
    "API returned ",
    "API rate limit exceeded",
    "Empty response from API",
    "Invalid JSON: ",
    "No ticker data in response",
    "No gamma data available for current week",
)
NO_GAMMA = "No gamma data available for current week"


class World:
    """A client in the world of a case, and what it does there."""

    def __init__(self, case: Case) -> None:
        init = case.init or {}
        self.clock: StandingClock = clock_of(case)
        self.session = CannedSession(case.env.get("http") or [])
        self.notices: list[str] = []
        self.api = TradingVolatilityAPI(
            session=self.session,
            clock=self.clock,
            settings={"TV_USERNAME": init.get("username", ""), "ENDPOINT": init.get("endpoint", "")},
            state=state_of(case.state),
            notify=lambda level, text: self.notices.append(level),
        )
        self.api.last_response = case.state.get("last_response")

    def requests(self) -> list[dict[str, Any]]:
        return [
            {"path": sent["url"].removeprefix(self.api.endpoint), "params": in_order(sent["params"])}
            for sent in self.session.requests
        ]

    def state(self) -> dict[str, Any]:
        fields = {name: getattr(self.api.state, name) for name in STATE_FIELDS}
        return {**fields, "cache_keys": sorted(self.api.state.cache)}


def in_order(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters by name: their order means nothing, that of a result's keys does."""
    return dict(sorted(params.items()))


def state_of(recorded: Mapping[str, Any]) -> ClientState:
    """Return the shared state before the call; fields that are not recorded have their initial value."""
    cache = {entry["key"]: CachedBody(entry["data"], entry["stored_at"]) for entry in recorded.get("cache") or []}
    return ClientState(**{name: recorded[name] for name in STATE_FIELDS if name in recorded}, cache=cache)


def free_errors(result: Any) -> Any:
    """Return the result with an error text that comes from the runtime replaced: only its presence is normative."""
    if isinstance(result, dict) and "error" in result and not str(result["error"]).startswith(FIXED_LABELS):
        return {**result, "error": "(free text)"}
    return result


def calling(method: str) -> Callable[[Case], Any]:
    """Return a run that calls the method and gives the result with the effects that the client records."""

    def run(case: Case) -> dict[str, Any]:
        world = World(case)
        result = getattr(world.api, method)(*case.args, **case.kwargs)
        effects = {
            "requests": world.requests(),
            "sleeps": world.clock.sleeps,
            "ui": world.notices,
            "state_after": world.state(),
        }
        return {"expected": free_errors(plain(result)), "effects": effects}

    return run


def with_effects(case: Case) -> dict[str, Any]:
    """Return what is recorded of a call with effects. Calls that neither send nor say anything have no such lists."""
    effects = {"requests": [], "sleeps": [], "ui": [], **case.effects}
    effects["requests"] = [{**sent, "params": in_order(sent["params"])} for sent in effects["requests"]]
    return {"expected": free_errors(case.expected), "effects": effects}


def pure(method: str) -> Callable[[Case], Any]:
    """Return a run of a method whose result is all that is recorded."""
    return lambda case: getattr(World(case).api, method)(*case.args, **case.kwargs)


class BrokenSecrets(Mapping[str, Any]):
    """A secrets store that cannot be read."""

    def __getitem__(self, key: str) -> NoReturn:
        raise OSError(f"The secrets store cannot be read, asked for {key!r}.")

    def __iter__(self) -> Iterator[str]:
        raise OSError("The secrets store cannot be read.")

    def __len__(self) -> NoReturn:
        raise OSError("The secrets store cannot be read.")


def configured(case: Case) -> dict[str, Any]:
    """Return what a client made of the recorded environment and secrets."""
    secrets = case.env.get("secrets")
    api = TradingVolatilityAPI(
        session=CannedSession([]),
        clock=clock_of(case),
        settings=case.env.get("environ") or {},
        secrets=BrokenSecrets() if secrets is None else secrets,
        state=state_of(case.state),
    )
    return {
        "api_key": api.api_key,
        "endpoint": api.endpoint,
        "last_response": api.last_response,
        "minute_reset_time": api.state.minute_reset_time,
    }


def week(case: Case) -> dict[str, Any]:
    """Return the week's intelligence, texts reduced as recorded, with requests and sleeps."""
    world = World(case)
    result = plain(world.api.get_current_week_gamma_intelligence(*case.args, **case.kwargs))
    return {
        "expected": free_errors(reduced(result, case.expected)),
        "effects": {
            "requests": [[sent["path"], sent["params"].get("exp")] for sent in world.requests()],
            "sleeps": world.clock.sleeps,
        },
    }


def reduced(ours: Any, recorded: Any) -> Any:
    """Return our result with free texts reduced to the recorded tokens that occur in them.

    Where a strategy is recorded by labels, `_keys` and `_interp`, ours becomes the labels it has, all its keys, and of
    each text the tokens found in it; a context note becomes the tokens found in it. Everything else stays.
    """
    if isinstance(ours, dict) and isinstance(recorded, dict):
        if "_keys" in recorded:
            return strategy(ours, recorded)
        return {
            key: found_in_notes(value, recorded.get(key))
            if key == "context_notes"
            else reduced(value, recorded.get(key))
            for key, value in ours.items()
        }
    if isinstance(ours, list) and isinstance(recorded, list) and len(ours) == len(recorded):
        return [reduced(mine, theirs) for mine, theirs in zip(ours, recorded, strict=True)]
    return ours


def found_in_notes(notes: list[str], recorded: Any) -> Any:
    """Return for each note the recorded tokens that occur in it, or the notes if there should be another number."""
    if not isinstance(recorded, list) or len(notes) != len(recorded):
        return notes
    return [[token for token in tokens if token in note] for note, tokens in zip(notes, recorded, strict=True)]


def strategy(ours: Mapping[str, Any], recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return the reduced strategy."""
    texts: Mapping[str, list[str]] = recorded.get("_interp") or {}
    labels = {key: value for key, value in ours.items() if key in recorded}
    found = {field: [token for token in tokens if token in ours.get(field, "")] for field, tokens in texts.items()}
    return {**labels, "_keys": sorted(ours), "_interp": found}


def scenario(case: Case) -> list[dict[str, Any]]:
    """Return, for each call of a run on one client, its result, number of requests, sleeps and the state after it."""
    world = World(case)
    outcomes = []
    for step in case.raw["steps"]:
        if "advance" in step:
            world.clock.advance(step["advance"])
            continue
        sent, slept = len(world.session.requests), len(world.clock.sleeps)
        args, kwargs = numbers(step.get("args") or []), numbers(step.get("kwargs") or {})
        result = plain(getattr(world.api, step["call"])(*args, **kwargs))
        if step["call"] == "get_current_week_gamma_intelligence" and result.get("success"):
            result = {"success": True, "impact_pct": result["daily_impact"]["impact_pct"]}
        outcomes.append(
            {
                "result": free_errors(result),
                "requests": len(world.session.requests) - sent,
                "sleeps": world.clock.sleeps[slept:],
                "state": world.state(),
            }
        )
    return outcomes


def recorded_scenario(case: Case) -> list[dict[str, Any]]:
    return [{**outcome, "result": free_errors(outcome["result"])} for outcome in case.expected]


def history_as_it_was(case: Case) -> str | None:
    """Name the cases of the history that never worked."""
    if case.id.startswith("asis_") and not case.env.get("repaired"):
        return "gamma Q1: the history is repaired, so as-is cases of the empty one are not law"
    return None


def raw_from_cache(case: Case) -> str | None:
    """Name the cases in which a cache hit returned the vendor's body, whatever that was."""
    is_hit = case.id.endswith("_returns_raw_when_fresh") and not case.effects["requests"]
    return RAW if is_hit or is_raw(case.expected) else None


HISTORY_CALLS = {"get_historical_gamma", "get_yesterday_data"}
RAW = "gamma Q2, Q3: a cache hit gives the same as a miss, not the raw body"


def is_raw(result: Any) -> bool:
    """Return whether a level or expiration answer is the vendor's body: a parsed one names its symbol."""
    return isinstance(result, dict) and bool(result) and "symbol" not in result


def scenario_shows_quirk(case: Case) -> str | None:
    """Name the runs whose recorded answers rest on the empty history or on raw cache hits."""
    calls = [step["call"] for step in case.raw["steps"] if "call" in step]
    if HISTORY_CALLS & set(calls) and not case.env.get("repaired") and vendor_has_history(case):
        return "gamma Q1: the history is repaired"
    week_had_gamma = False
    for call, outcome in zip(calls, case.expected, strict=True):
        result = outcome["result"]
        if call in ("get_gamma_by_expiration", "get_gex_levels") and is_raw(result):
            return RAW
        if call == "get_current_week_gamma_intelligence":
            if week_had_gamma and result.get("error") == NO_GAMMA and not outcome["requests"]:
                return RAW
            week_had_gamma = week_had_gamma or bool(result.get("success"))
    return None


def vendor_has_history(case: Case) -> bool:
    """Return whether the vendor answers a history request: a failure is the same with and without the repair."""
    answers = [answer for answer in case.env.get("http") or [] if answer.get("path") == "/gex/history"]
    return any(answer.get("status", 200) == 200 and "json" in answer for answer in answers)


def client_binding(method: str, not_law: Callable[[Case], str | None] = always_law) -> Binding:
    return Binding(calling(method), recorded=with_effects, not_law=not_law, ordered=True)


BINDINGS: dict[str, Binding] = {
    PREFIX + "__init__": Binding(configured, ordered=True),
    PREFIX + "_calculate_walls_from_strike_data": Binding(pure("_calculate_walls_from_strike_data")),
    PREFIX + "calculate_day_over_day_changes": Binding(pure("calculate_day_over_day_changes"), ordered=True),
    PREFIX + "_get_cache_key": client_binding("_get_cache_key"),
    PREFIX + "_get_cached_response": client_binding("_get_cached_response"),
    PREFIX + "_handle_rate_limit_error": client_binding("_handle_rate_limit_error"),
    PREFIX + "_reset_rate_limit_errors": client_binding("_reset_rate_limit_errors"),
    PREFIX + "_wait_for_rate_limit": client_binding("_wait_for_rate_limit"),
    PREFIX + "get_api_usage_stats": client_binding("get_api_usage_stats"),
    PREFIX + "get_net_gamma": client_binding("get_net_gamma"),
    PREFIX + "get_gex_profile": client_binding("get_gex_profile"),
    PREFIX + "get_historical_gamma": client_binding("get_historical_gamma", history_as_it_was),
    PREFIX + "get_yesterday_data": client_binding("get_yesterday_data", history_as_it_was),
    PREFIX + "get_skew_data": client_binding("get_skew_data"),
    PREFIX + "get_historical_skew": client_binding("get_historical_skew"),
    PREFIX + "get_gex_levels": client_binding("get_gex_levels", raw_from_cache),
    PREFIX + "get_gamma_by_expiration": client_binding("get_gamma_by_expiration", raw_from_cache),
    PREFIX + "get_current_week_gamma_intelligence": Binding(
        week, recorded=lambda case: {"expected": free_errors(case.expected), "effects": case.effects}, ordered=True
    ),
    PREFIX + "_scenarios": Binding(scenario, recorded=recorded_scenario, not_law=scenario_shows_quirk, ordered=True),
}
SHELL: dict[str, str] = {}
