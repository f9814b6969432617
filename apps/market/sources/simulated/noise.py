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
_AT_ONCE = 4096  # moments; their arrays stay in the processor's cache, which makes a year of minutes 3 times faster


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

    days: moments, in days of variance, one-dimensional. Steps over one day have a standard deviation of 1; over years
    about 6. It is a sum of octaves, each a smooth curve through seeded random points, so that any moment can be asked
    for directly: it has the same value alone and among a million others.
    """
    moments = np.asarray(days, dtype=np.float64)
    if moments.size <= _AT_ONCE:
        return _walk(key, moments)
    return np.concatenate([_walk(key, moments[at : at + _AT_ONCE]) for at in range(0, len(moments), _AT_ONCE)])


def _walk(key: int, days: FloatArray) -> FloatArray:
    octave = np.arange(len(_PERIODS), dtype=np.uint64)
    # Each octave starts elsewhere, else all would have a point (and a kink) at the same moments.
    phase = uniforms(key, octave) * 64
    place = days[..., np.newaxis] / _PERIODS + phase
    before = np.floor(place)
    inside = place - before
    left, right = _points(key, before.astype(np.int64), octave << np.uint64(48))
    weight = inside * inside * (3 - 2 * inside)
    value = left * (1 - weight) + right * weight
    return (value * _AMPLITUDES).sum(axis=-1)  # type: ignore[no-any-return]


def _points(key: int, number: NDArray[np.int64], octave: UintArray) -> tuple[FloatArray, FloatArray]:
    """Return the random points `number` and the ones after them, shape (moments, octaves).

    Fast octaves have a point of their own for each moment; slow ones have few, which are drawn once and looked up.
    """
    first = number.min(axis=0)
    counts = number.max(axis=0) - first + 2
    fast = int(np.count_nonzero(counts > len(number)))
    ids = number[:, :fast].astype(np.uint64) + octave[:fast]
    starts, counts = first[fast:], counts[fast:]
    offsets = np.cumsum(counts) - counts
    drawn = np.arange(counts.sum()) + np.repeat(starts - offsets, counts)
    table = normals(key, drawn.astype(np.uint64) + np.repeat(octave[fast:], counts))
    places = number[:, fast:] - starts + offsets
    left = np.concatenate([normals(key, ids), table[places]], axis=1)
    right = np.concatenate([normals(key, ids + np.uint64(1)), table[places + 1]], axis=1)
    return left, right
