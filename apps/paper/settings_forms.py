"""The forms of an account's settings with what is stored, or what was typed and refused."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import User

from apps.ledger.models import Account
from apps.paper.books import DailySettings, Kind, ModelSettings, daily_settings, model_settings
from apps.paper.fill_costs import Costs, costs_of
from apps.paper.forms import DailySettingsForm, FillForm, ModelSettingsForm, ResetForm


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsForms:
    """position, exposure: what the shares of the capital are in USD. status: the account's, in a sentence.

    costs: what its fills have cost so far.
    """

    kind: Kind
    account: Account
    settings: forms.Form
    fills: forms.Form
    reset: forms.Form
    position: Decimal
    exposure: Decimal | None
    costs: Costs
    status: str


def showing(
    owner: User,
    account: Account,
    kind: Kind,
    *,
    kept: DailySettings | ModelSettings | None = None,
    costs: Costs | None = None,
    **typed: forms.Form,
) -> SettingsForms:
    """Return the forms. kept, costs: where they are known already. typed: forms that were refused, by their name."""
    if kept is None:
        kept = daily_settings(owner) if kind == "daily" else model_settings(owner)
    fills = {"fill_model": account.fill_model, "commission": f"{account.commission.normalize():f}"}
    reset = {"account": account.pk, "starting_cash": f"{account.starting_cash.normalize():f}"}
    known: dict[str, Any] = {
        "kind": kind,
        "account": account,
        "costs": costs_of(account) if costs is None else costs,
        "fills": FillForm(kind, initial=fills),
        "reset": ResetForm(kind, initial=reset),
    }
    if isinstance(kept, DailySettings):
        known |= {
            "settings": DailySettingsForm.showing(kept),
            "position": account.starting_cash * kept.max_position,
            "exposure": account.starting_cash * kept.max_exposure,
            "status": "On." if kept.enabled else "Off: nothing is opened.",
        }
    else:
        known |= {
            "settings": ModelSettingsForm.showing(kept),
            "position": account.starting_cash * kept.max_position,
            "exposure": None,
            "status": kept.status,
        }
    return SettingsForms(**(known | typed))
