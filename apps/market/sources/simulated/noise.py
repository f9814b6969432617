"""Randomness without state: the same key gives the same number in every process, in any order of asking."""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from apps.market.chain import FloatArray

UintArray = NDArray[np.uint64]

# One octave per power of two between half a minute of a quiet night and half a year, in days of variance.
_PERIODS = 2.0 ** np.arange(-16, 8)
# Measured once, so that a walk's standard deviation over one day is 1.
_AMPLITUDES = 0.4560 * np.sqrt(_PERIODS)


def key_of(*parts: str | int) -> int:
    """Return a 64-bit key of words and numbers."""
    text = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")


def scrambled(keys: UintArray) -> UintArray:
    """Return well-mixed 64 bits per key (the finaliser of splitmix64; arithmetic wraps around)."""
    mixed = keys + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def uniforms(key: int, ids: UintArray) -> FloatArray:
    """Return one number in (0, 1) per id."""
    bits = scrambled(scrambled(ids) ^ np.uint64(key)) >> np.uint64(11)
    return (bits.astype(np.float64) + 0.5) * 2.0**-53


def normals(key: int, ids: UintArray) -> FloatArray:
    """Return one standard normal number per id."""
    return ndtri(uniforms(key, ids))


def walk(key: int, days: FloatArray) -> FloatArray:
    """Return a path that looks like Brownian motion up to a few months and stays near 0 over years.

    days: moments, in days of variance. Steps over one day have a standard deviation of 1; over years about 6. It is a
    sum of octaves, each a smooth curve through seeded random points, so that any moment can be asked for directly.
    """
    octave = np.arange(len(_PERIODS), dtype=np.uint64)
    # Each octave starts elsewhere, else all would have a point (and a kink) at the same moments.
    phase = uniforms(key, octave) * 64
    place = np.asarray(days)[..., np.newaxis] / _PERIODS + phase
    before = np.floor(place)
    inside = place - before
    ids = before.astype(np.int64).astype(np.uint64) + (octave << np.uint64(48))
    weight = inside * inside * (3 - 2 * inside)
    value = normals(key, ids) * (1 - weight) + normals(key, ids + np.uint64(1)) * weight
    return (value * _AMPLITUDES).sum(axis=-1)  # type: ignore[no-any-return]
