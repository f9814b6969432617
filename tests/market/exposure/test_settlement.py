"""When options stop existing, by root symbol and the exchange's calendar."""

from datetime import date, datetime

import numpy as np
import pytest

from alphagex.clock import NEW_YORK
from apps.market.chain import ChainError
from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Assumptions
from apps.market.exposure.settlement import seconds_until, settlement_instant, settlements_of
from tests.market.exposure.chains import Contract, make_chain


@pytest.mark.parametrize(
    ("root", "listed", "expected"),
    [
        ("SPX", date(2023, 9, 15), "2023-09-15T09:30:00-04:00"),
        ("SPXW", date(2023, 9, 15), "2023-09-15T16:00:00-04:00"),
        ("RUT", date(2023, 9, 15), "2023-09-15T09:30:00-04:00"),
        ("RUTW", date(2023, 9, 15), "2023-09-15T16:00:00-04:00"),
        ("NDX", date(2023, 9, 15), "2023-09-15T09:30:00-04:00"),
        ("NDXP", date(2023, 9, 15), "2023-09-15T16:00:00-04:00"),
        ("SPY", date(2023, 11, 24), "2023-11-24T13:00:00-05:00"),  # half day after Thanksgiving
        ("SPX", date(2023, 11, 24), "2023-11-24T09:30:00-05:00"),
        ("SPX", date(2027, 6, 18), "2027-06-17T09:30:00-04:00"),  # third Friday, but Juneteenth is observed
        ("SPY", date(2027, 6, 18), "2027-06-17T16:00:00-04:00"),
        ("SPX", date(2027, 6, 17), "2027-06-17T09:30:00-04:00"),
        ("AAPL", date(2014, 6, 21), "2014-06-20T16:00:00-04:00"),  # listed for a Saturday before 2015
        ("SPX", date(2014, 6, 21), "2014-06-20T09:30:00-04:00"),
        ("SPY", date(2024, 3, 29), "2024-03-28T16:00:00-04:00"),  # Good Friday
    ],
)
def test_settlement_follows_root_and_calendar(root: str, listed: date, expected: str) -> None:
    assert settlement_instant(root, listed).isoformat() == expected


def test_settlements_come_in_order_and_name_their_roots() -> None:
    roots = ("SPXW", "SPX", "XSP")
    root = np.array([0, 1, 2, 0, 1], dtype=np.int16)
    expiration = np.array(["2023-10-20", "2023-10-20", "2023-10-20", "2023-09-15", "2023-09-15"], dtype="datetime64[D]")
    settlements, index = settlements_of(roots, root, expiration)
    assert [(s.expiration.isoformat(), s.kind, s.roots) for s in settlements] == [
        ("2023-09-15", "AM", ("SPX",)),
        ("2023-09-15", "PM", ("SPXW",)),
        ("2023-10-20", "AM", ("SPX",)),
        ("2023-10-20", "PM", ("SPXW", "XSP")),
    ]
    assert index.tolist() == [3, 2, 3, 1, 0]


@pytest.mark.parametrize("listed", ["1990-01-19", "2099-01-16", "NaT"])
def test_a_date_outside_the_calendar_is_refused_with_its_value(listed: str) -> None:
    with pytest.raises(ChainError, match=r"outside the exchange calendar"):
        settlements_of(("SPY",), np.zeros(1, dtype=np.int16), np.array([listed], dtype="datetime64[D]"))


def test_a_calendar_day_counts_24_hours_across_the_end_of_summer_time() -> None:
    settlements, _ = settlements_of(
        ("SPY",), np.zeros(1, dtype=np.int16), np.array(["2023-11-06"], dtype="datetime64[D]")
    )
    friday = datetime(2023, 11, 3, 16, 0, tzinfo=NEW_YORK)
    assert seconds_until(settlements, friday).tolist() == [3 * 86_400.0]


def test_an_as_of_in_another_zone_means_the_same_moment() -> None:
    contracts = [Contract(expiration=date(2023, 9, 14)), Contract(strike=101)]
    here = make_chain(contracts)
    there = make_chain(contracts, as_of=here.as_of.astimezone(datetime(2023, 1, 1).astimezone().tzinfo))
    assert analyse(there).net_gex == analyse(here).net_gex
    assert analyse(there).zero_dte_share == analyse(here).zero_dte_share


def test_on_a_half_day_options_are_gone_at_one_in_the_afternoon() -> None:
    contracts = [Contract(expiration=date(2023, 11, 24)), Contract(expiration=date(2023, 12, 15))]
    before = analyse(make_chain(contracts, as_of=datetime(2023, 11, 24, 12, 59, tzinfo=NEW_YORK)))
    after = analyse(make_chain(contracts, as_of=datetime(2023, 11, 24, 13, 0, tzinfo=NEW_YORK)))
    assert before.contracts_used == 2
    assert after.excluded == {"expired": 1}


def test_the_last_half_hour_is_floored_but_never_revives_the_expired() -> None:
    contracts = [Contract(expiration=date(2023, 9, 14)), Contract(expiration=date(2023, 10, 20), strike=150)]

    def at(hour: int, minute: int) -> float:
        return analyse(make_chain(contracts, as_of=datetime(2023, 9, 14, hour, minute, tzinfo=NEW_YORK))).gross_gex

    assert at(15, 59) == pytest.approx(at(15, 30), rel=1e-3)  # both half an hour
    assert at(15, 0) < 0.8 * at(15, 30)
    assert at(16, 0) < 0.01 * at(15, 59)
    longer = Assumptions(floor_minutes=120)
    chain = make_chain(contracts, as_of=datetime(2023, 9, 14, 15, 30, tzinfo=NEW_YORK))
    assert analyse(chain, longer).gross_gex == pytest.approx(at(14, 0), rel=1e-3)
