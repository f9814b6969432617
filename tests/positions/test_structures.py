from decimal import Decimal

from apps.positions.structures import usual_strikes


def test_a_condors_wings_are_as_wide_as_each_other_where_strikes_lie_unevenly() -> None:
    far = range(6000, 6380, 20)
    near = range(6380, 6700, 5)
    listed = [Decimal(strike) for strike in (*far, *near)]
    for spot in range(6380, 6530, 7):
        put_wing, put, call, call_wing = usual_strikes("condor", listed, Decimal(spot)).values()
        assert put_wing < put < call < call_wing
        assert put - put_wing == call_wing - call


def test_a_condor_on_few_strikes_stays_among_those_listed() -> None:
    listed = [Decimal(strike) for strike in (90, 95, 100, 105, 110)]
    assert set(usual_strikes("condor", listed, Decimal(100)).values()) <= set(listed)
