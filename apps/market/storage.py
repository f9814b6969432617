"""Exposure to rows and back. The only place where engine floats become rows, and rows engine values."""

import zlib
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np

from apps.market.chain import Origin
from apps.market.exposure.result import (
    Assumptions,
    ExpirationExposure,
    Exposure,
    Profile,
    StrikeExposure,
    Surface,
    Totals,
    Wall,
)
from apps.market.models import Snapshot, SnapshotDetail

_CELL = np.dtype([("strike", "<i2"), ("expiration", "<i2"), ("call", "<f4"), ("put", "<f4")])
_PRICE = Decimal("0.0001")


def price_to_decimal(value: float) -> Decimal:
    """Return an engine price as it is kept at rest: four decimals."""
    return Decimal(repr(value)).quantize(_PRICE)


def snapshot_row(
    exposure: Exposure, *, seq: int, received_at: datetime, stale_after: datetime | None, change: float | None
) -> Snapshot:
    """Return the unsaved key-figures row."""
    origin = exposure.origin
    return Snapshot(
        symbol=exposure.symbol,
        seq=seq,
        as_of=exposure.as_of,
        received_at=received_at,
        stale_after=stale_after,
        source=origin.source,
        kind=origin.kind,
        source_label=origin.label,
        source_detail=origin.detail,
        delay_seconds=origin.delay_seconds,
        open_interest_date=exposure.open_interest_date,
        spot=price_to_decimal(exposure.spot),
        change=None if change is None else price_to_decimal(change),
        contracts=exposure.contracts,
        contracts_used=exposure.contracts_used,
        net_gex=exposure.net_gex,
        gross_gex=exposure.gross_gex,
        call_gex=exposure.call_gex,
        put_gex=exposure.put_gex,
        net_gex_feed_gamma=exposure.net_gex_feed_gamma,
        flip_point=exposure.flip_point,
        flips=list(exposure.flips),
        flip_reason=exposure.flip_reason or "",
        flip_quality=exposure.flip_quality or "",
        call_wall=exposure.call_wall.strike if exposure.call_wall else None,
        put_wall=exposure.put_wall.strike if exposure.put_wall else None,
        zero_dte_share=exposure.zero_dte_share,
        net_dex=exposure.net_dex,
        net_vex=exposure.net_vex,
        net_chex=exposure.net_chex,
        volume_gex=exposure.volume_gex,
        implied_move=exposure.implied_move,
        implied_volatility=exposure.implied_volatility,
        put_call_ratio=exposure.put_call_ratio,
    )


def detail_row(exposure: Exposure, snapshot: Snapshot) -> SnapshotDetail:
    """Return the unsaved row of curves and tables."""
    strikes, expirations = exposure.by_strike, exposure.by_expiration
    return SnapshotDetail(
        snapshot=snapshot,
        assumptions=asdict(exposure.assumptions),
        excluded=exposure.excluded,
        warnings=list(exposure.warnings),
        walls={
            "call": asdict(exposure.call_wall) if exposure.call_wall else None,
            "put": asdict(exposure.put_wall) if exposure.put_wall else None,
        },
        after_next=asdict(exposure.after_next) if exposure.after_next else None,
        implied_move_expiration=exposure.implied_move_expiration,
        strikes=strikes.strike.tolist(),
        strikes_call_gex=strikes.call_gex.tolist(),
        strikes_put_gex=strikes.put_gex.tolist(),
        strikes_dex=strikes.dex.tolist(),
        strikes_vex=strikes.vex.tolist(),
        strikes_chex=strikes.chex.tolist(),
        strikes_volume_gex=strikes.volume_gex.tolist(),
        strikes_call_open_interest=strikes.call_open_interest.tolist(),
        strikes_put_open_interest=strikes.put_open_interest.tolist(),
        expirations=[row.expiration for row in expirations],
        expirations_settlement=[row.settlement for row in expirations],
        expirations_settles_at=[row.settles_at for row in expirations],
        expirations_roots=[" ".join(row.roots) for row in expirations],
        expirations_call_gex=[row.call_gex for row in expirations],
        expirations_put_gex=[row.put_gex for row in expirations],
        expirations_dex=[row.dex for row in expirations],
        expirations_vex=[row.vex for row in expirations],
        expirations_chex=[row.chex for row in expirations],
        expirations_contracts_used=[row.contracts_used for row in expirations],
        profile_spot=exposure.profile.spot.tolist(),
        profile_curves={name: curve.tolist() for name, curve in exposure.profile.curves.items()},
        cells=_pack(exposure.surface),
    )


def load_exposure(snapshot: Snapshot) -> Exposure:
    """Return the analysis as it was when stored. One query, unless `detail` is already there."""
    detail = snapshot.detail
    strikes = StrikeExposure(
        strike=np.array(detail.strikes),
        call_gex=np.array(detail.strikes_call_gex),
        put_gex=np.array(detail.strikes_put_gex),
        dex=np.array(detail.strikes_dex),
        vex=np.array(detail.strikes_vex),
        chex=np.array(detail.strikes_chex),
        volume_gex=np.array(detail.strikes_volume_gex),
        call_open_interest=np.array(detail.strikes_call_open_interest),
        put_open_interest=np.array(detail.strikes_put_open_interest),
    )
    return Exposure(
        symbol=snapshot.symbol,
        spot=float(snapshot.spot),
        as_of=snapshot.as_of,
        origin=Origin(
            source=snapshot.source,
            kind=snapshot.kind,  # type: ignore[arg-type]
            label=snapshot.source_label,
            delay_seconds=snapshot.delay_seconds,
            detail=snapshot.source_detail,
        ),
        assumptions=Assumptions(**detail.assumptions),
        open_interest_date=snapshot.open_interest_date,
        contracts=snapshot.contracts,
        contracts_used=snapshot.contracts_used,
        excluded=detail.excluded,
        warnings=tuple(detail.warnings),
        net_gex=snapshot.net_gex,
        gross_gex=snapshot.gross_gex,
        call_gex=snapshot.call_gex,
        put_gex=snapshot.put_gex,
        net_gex_feed_gamma=snapshot.net_gex_feed_gamma,
        flip_point=snapshot.flip_point,
        flips=tuple(snapshot.flips),
        flip_reason=snapshot.flip_reason or None,
        flip_quality=snapshot.flip_quality or None,
        call_wall=_wall(detail.walls["call"]),
        put_wall=_wall(detail.walls["put"]),
        zero_dte_share=snapshot.zero_dte_share,
        net_dex=snapshot.net_dex,
        net_vex=snapshot.net_vex,
        net_chex=snapshot.net_chex,
        volume_gex=snapshot.volume_gex,
        implied_move=snapshot.implied_move,
        implied_move_expiration=detail.implied_move_expiration,
        after_next=msgspec.convert(detail.after_next, Totals) if detail.after_next else None,
        by_strike=strikes,
        by_expiration=_expirations(detail),
        surface=_unpack(bytes(detail.cells)),
        profile=Profile(
            spot=np.array(detail.profile_spot),
            curves={name: np.array(curve) for name, curve in detail.profile_curves.items()},
        ),
        implied_volatility=snapshot.implied_volatility,
        put_call_ratio=snapshot.put_call_ratio,
    )


def _wall(stored: dict[str, Any] | None) -> Wall | None:
    return Wall(**stored) if stored else None


def _expirations(detail: SnapshotDetail) -> tuple[ExpirationExposure, ...]:
    columns = zip(
        detail.expirations,
        detail.expirations_settlement,
        detail.expirations_settles_at,
        detail.expirations_roots,
        detail.expirations_call_gex,
        detail.expirations_put_gex,
        detail.expirations_dex,
        detail.expirations_vex,
        detail.expirations_chex,
        detail.expirations_contracts_used,
        strict=True,
    )
    return tuple(
        ExpirationExposure(
            expiration=expiration,
            settlement=settlement,
            settles_at=settles_at,
            roots=tuple(roots.split()),
            call_gex=call_gex,
            put_gex=put_gex,
            net_gex=call_gex + put_gex,
            gross_gex=call_gex - put_gex,
            dex=dex,
            vex=vex,
            chex=chex,
            contracts_used=used,
        )
        for expiration, settlement, settles_at, roots, call_gex, put_gex, dex, vex, chex, used in columns
    )


def _pack(surface: Surface) -> bytes:
    cells = np.empty(len(surface.strike_index), _CELL)
    cells["strike"], cells["expiration"] = surface.strike_index, surface.expiration_index
    cells["call"], cells["put"] = surface.call_gex, surface.put_gex
    return zlib.compress(cells.tobytes(), 1)


def _unpack(packed: bytes) -> Surface:
    cells = np.frombuffer(zlib.decompress(packed), _CELL)
    return Surface(
        strike_index=cells["strike"].astype(np.int16),
        expiration_index=cells["expiration"].astype(np.int16),
        call_gex=cells["call"].astype(np.float32),
        put_gex=cells["put"].astype(np.float32),
    )
