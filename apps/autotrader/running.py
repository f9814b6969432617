"""Runs of the trader: look ahead without writing anything, then decide once more under the account's lock.

The first pass asks the market and the adviser, which may take seconds, and holds no lock. The second pass is one
transaction: it makes the same decision from the same answers and writes rows, orders and the decision together, or,
if switch or rows have changed meanwhile, the whole thing starts over. So a process may die between any two statements.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from alphagex import clock
from apps.autotrader.advising import exit_adviser
from apps.autotrader.books import LedgerBooks, NoBooks
from apps.autotrader.books_of_account import Held, account_of, held_by
from apps.autotrader.deciding import Decided, Kind, Outcome, decide, engine_version
from apps.autotrader.faults import AtStep, unwatched
from apps.autotrader.following import out_of_step
from apps.autotrader.gates import Setting, setting_of, why_idle, why_no_search
from apps.autotrader.market_answers import MarketAnswers
from apps.autotrader.models import AutonomousDecision, AutonomousPosition, SchedulerState
from apps.autotrader.notebook import Notebook
from apps.autotrader.store import TraderStore
from apps.autotrader.window import window_on
from apps.ledger.accounts import locked
from apps.ledger.models import Account

log = structlog.get_logger(__name__)
_ATTEMPTS = 5


class UnsettledError(Exception):
    """Switch or rows changed at every attempt. The next tick tries again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run: whose, when, what for, and from which state it starts."""

    owner: User
    account: Account
    at: datetime
    kind: str
    setting: Setting
    held: Held

    def inputs(self, notebook: Notebook) -> dict[str, Any]:
        """Return everything the decision is made of."""
        window = window_on(clock.in_new_york(self.at).date())
        return {
            "at": clock.in_new_york(self.at).isoformat(),
            "kind": self.kind,
            "setting": self.setting.as_json(),
            "account": {
                "number": self.account.number,
                "fill_model": self.account.fill_model,
                "commission": str(self.account.commission),
                "starting_cash": str(self.account.starting_cash),
            },
            "window": [moment.isoformat() for moment in (window.opens, window.closes)] if window else None,
            "held": self.held.as_json(),
            "answers": notebook.as_json(),
        }


def run(owner: User, at: datetime, *, at_step: AtStep = unwatched) -> list[AutonomousDecision]:
    """Do one hourly check, search first, then exits, and return its decisions. Safe to repeat, late or beside itself.

    At most one entry per account and New York day comes of it, whatever happens.
    """
    decisions = [_search(owner, at, at_step=at_step)]
    if managed := manage(owner, at, is_check=True, at_step=at_step):
        decisions.append(managed)
    _note_check(owner, at, decisions)
    return decisions


def manage(
    owner: User, at: datetime, *, is_check: bool = False, at_step: AtStep = unwatched
) -> AutonomousDecision | None:
    """Mark the open trades and close those that are due; None with nothing to do, or between checks all held."""
    if why_idle(setting_of(owner.pk), at):
        return None
    for _ in range(_ATTEMPTS):
        account = account_of(owner, at=at)
        held = held_by(owner, account)
        if not held.positions:
            return None
        this = _Run(owner=owner, account=account, at=at, kind=Kind.MANAGE, setting=setting_of(owner.pk), held=held)
        done = _decide(this, is_check=is_check, at_step=at_step)
        if done is not None:
            return done.decision
    raise UnsettledError("The open trades changed at every attempt to manage them.")


def _search(owner: User, at: datetime, *, at_step: AtStep) -> AutonomousDecision:
    for _ in range(_ATTEMPTS):
        setting = setting_of(owner.pk)
        if why := why_no_search(setting, at):
            return skip(owner, at, why=why, setting=setting)
        account = account_of(owner, at=at)
        this = _Run(
            owner=owner, account=account, at=at, kind=Kind.SEARCH, setting=setting, held=held_by(owner, account)
        )
        done = _decide(this, is_check=True, at_step=at_step)
        if done is not None and done.decision is not None:
            return done.decision
    raise UnsettledError("Switch or rows changed at every attempt to search.")


def skip(
    owner: User, at: datetime, *, why: str, setting: Setting, let_go: datetime | None = None
) -> AutonomousDecision:
    """Store that nothing was looked for, and why. let_go: the check that was missed."""
    inputs: dict[str, Any] = {
        "at": clock.in_new_york(at).isoformat(),
        "kind": Kind.SKIP,
        "setting": setting.as_json(),
        "let_go": let_go.isoformat() if let_go else None,
    }
    return AutonomousDecision.objects.create(
        owner=owner,
        at=at,
        trading_day=clock.in_new_york(at).date(),
        kind=Kind.SKIP,
        outcome=Outcome.NO_TRADE,
        reason=why,
        inputs=inputs,
        engine_version=engine_version(),
    )


@dataclass(frozen=True, slots=True)
class _Done:
    decision: AutonomousDecision | None


def _decide(this: _Run, *, is_check: bool, at_step: AtStep) -> _Done | None:
    """Look ahead, then decide and write under the lock; None if the state has changed in between."""
    world = MarketAnswers(this.at, needs_flip=this.kind == Kind.SEARCH)
    adviser = exit_adviser(is_check=is_check)
    asked = Notebook(is_open=True)
    decide(
        this.kind,
        at=this.at,
        store=this.held.as_rows(),
        notebook=asked,
        world=world,
        adviser=adviser,
        books=NoBooks(),
        legs=this.held.contracts(),
    )
    answers = asked.closed()
    with transaction.atomic():
        account = locked(this.account.pk)
        at_step("account locked")
        as_it_was = (setting_of(this.owner.pk), held_by(this.owner, account)) == (this.setting, this.held)
        if not as_it_was or out_of_step(account).exists():
            return None
        decided = decide(
            this.kind,
            at=this.at,
            store=TraderStore(this.owner, account),
            notebook=answers,
            world=world,
            adviser=adviser,
            books=LedgerBooks(account, at=this.at, notebook=answers, at_step=at_step),
            legs=this.held.contracts(),
            at_step=at_step,
        )
        if decided.outcome == Outcome.HELD and not is_check:
            return _Done(None)
        decision = _stored(this, decided, answers)
        at_step("decision stored")
    log.info(
        "autotrader_decided",
        owner=this.owner.pk,
        kind=str(decision.kind),
        outcome=str(decision.outcome),
        reason=decision.reason,
    )
    return _Done(decision)


def _stored(this: _Run, decided: Decided, answers: Notebook) -> AutonomousDecision:
    opened = AutonomousPosition.objects.get(pk=decided.opened) if decided.opened is not None else None
    return AutonomousDecision.objects.create(
        owner=this.owner,
        account=this.account,
        at=this.at,
        trading_day=clock.in_new_york(this.at).date(),
        kind=decided.kind,
        outcome=decided.outcome,
        reason=decided.reason,
        opened=opened,
        inputs=this.inputs(answers),
        steps=decided.steps,
        result=decided.result,
        engine_version=engine_version(),
    )


def note_failure(owner: User, at: datetime, error: Exception) -> None:
    """Write down that a run broke off; what it had begun is undone, and the next tick tries again."""
    said = f"{type(error).__name__}: {error}"[:500]
    SchedulerState.objects.filter(owner=owner).update(last_error=said, last_error_at=at)


def _note_check(owner: User, at: datetime, decisions: list[AutonomousDecision]) -> None:
    """Write down the check in the old scheduler's row."""
    moment = str(clock.in_new_york(at))
    state, _ = SchedulerState.objects.get_or_create(owner=owner)
    with transaction.atomic():
        state = SchedulerState.objects.select_for_update().get(pk=state.pk)
        state.last_trade_check = moment
        if any(decision.kind == Kind.MANAGE for decision in decisions) or not why_idle(setting_of(owner.pk), at):
            state.last_position_check = moment
        state.execution_count = (state.execution_count or 0) + 1
        errors = [decision.reason for decision in decisions if decision.outcome == Outcome.ERROR]
        state.last_error, state.last_error_at = " ".join(errors), at if errors else None
        state.updated_at = f"{clock.utc_iso(at)[:19].replace('T', ' ')}"
        state.save()
