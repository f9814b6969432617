"""The list of what a recording holds, beside its files, so that nobody has to open thousands to know their moments."""

from pathlib import Path

import msgspec

from apps.market.sources.packing import Moment

NAME = "index.jsonl"


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One recorded file. bytes: its size; a file of another size is not what was recorded.

    source: who said it, as it was live. kind, detail: of an answer's question.
    """

    file: str
    bytes: int
    symbol: str
    as_of: Moment
    received_at: Moment
    source: str = ""
    kind: str = ""
    detail: str = ""


def append(directory: Path, line: Line) -> None:
    """Add a line. Raises OSError."""
    with (directory / NAME).open("ab") as file:
        file.write(msgspec.json.encode(line) + b"\n")


def read(directory: Path) -> dict[str, Line]:
    """Return the lines by file name. What cannot be read is left out: the files themselves say the same, slower."""
    try:
        content = (directory / NAME).read_bytes()
    except OSError:
        return {}
    found = {}
    for text in content.splitlines():
        try:
            line = msgspec.json.decode(text, type=Line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue  # the recorder was killed while it wrote this line
        found[line.file] = line
    return found
