"""A recording played into the running desk: the same pipeline, the recorded moments, any speed."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event

from django.db import DataError

from apps.market import feed
from apps.market.chain import ChainError
from apps.market.models import Feed
from apps.market.sources.protocol import Answer
from apps.market.sources.recorded import Heading, read_recording
from apps.market.watching import SymbolError, parse_symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of one observation. is_new: it is a snapshot now. problem: why not; empty if it was there already."""

    heading: Heading
    is_new: bool = False
    problem: str = ""


def play(headings: Sequence[Heading], *, speed: float, stop: Event) -> Iterator[Step]:
    """Store recorded observations in their order as if they came in, and hold their symbols; yield what became of each.

    speed: recorded seconds per second, infinity for no waiting. A slow machine falls behind but leaves nothing out.
    stop: set, ends the playing after the observation at hand. A symbol somebody leaves on its page is not played on.
    """
    began = time.monotonic()
    symbols = {heading.symbol for heading in headings}
    held: set[str] = set()
    left: set[str] = set()
    for heading in headings:
        if left == symbols:
            return
        due = began + (heading.moment - headings[0].moment).total_seconds() / speed
        if stop.wait(max(due - time.monotonic(), 0)):
            return
        if heading.symbol in held and not Feed.objects.filter(symbol=heading.symbol, is_held=True).exists():
            left.add(heading.symbol)
        if heading.symbol in left:
            yield Step(heading=heading, problem=f"{heading.symbol} was left on its page and is not played on.")
            continue
        step = _stored(heading)
        if not step.problem:
            held.add(heading.symbol)
        yield step


def _stored(heading: Heading) -> Step:
    try:
        recording = read_recording(heading.path)
    except ChainError as error:  # names the file
        return Step(heading=heading, problem=str(error))
    name = heading.path.name
    if isinstance(recording, Answer):
        return Step(heading=heading, problem=f"{name}: holds an answer, not an observation")
    try:
        if (symbol := parse_symbol(recording.symbol)) != heading.symbol:
            return Step(heading=heading, problem=f"{name}: is of {symbol}, but listed as of {heading.symbol[:20]!r}")
        stored = feed.store_observation(recording, received_at=heading.moment, hold=True)
    except (ChainError, SymbolError) as error:
        return Step(heading=heading, problem=f"{name}: {error}")
    except (DataError, ArithmeticError) as error:  # numbers that no market has
        return Step(heading=heading, problem=f"{name}: fits no snapshot ({str(error).splitlines()[0]})")
    return Step(heading=heading, is_new=stored.is_new)
