"""Recorded chains on disk: whatever the file is called, its content says how to read it."""

import gzip
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alphagex import clock
from apps.market.chain import Chain, ChainError, Origin
from apps.market.sources import cboe_csv, cboe_json, lean_csv
from apps.market.sources.occ import underlying_of_root

UNDERSTOOD = "Understood: Cboe delayed-quotes JSON, Cboe quote table CSV, Lean chain CSV, each gzipped or not."
LARGEST = 256 * 2**20  # bytes after unpacking: twenty times the largest chain, but no memory bomb
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, order=True)
class Heading:
    """What is in a recorded file, known without reading its contracts."""

    as_of: datetime
    path: Path
    symbol: str


def read_chain_file(path: Path) -> Chain:
    """Return the chain recorded in `path`. Raises ChainError, one line with the file's name, for anything else."""
    try:
        return _parse(_content(path), path)
    except ChainError as error:
        raise ChainError(f"{path.name}: {error}. {UNDERSTOOD}") from error


def read_heading(path: Path) -> Heading:
    """Return symbol and moment of a recorded file, at a fraction of the cost of its chain. Raises ChainError.

    The file is unpacked and its outline checked to the end, so a truncated one is found here already.
    """
    try:
        data = _content(path)
        if data.startswith(b"{"):
            symbol, as_of = cboe_json.read_heading(data)
        elif cboe_csv.is_quote_table(lines := _first_lines(data)):
            symbol, as_of = cboe_csv.read_heading(data)
        elif lean_csv.is_lean_table(lines):
            name = lean_csv.read_name(path)
            symbol, as_of = underlying_of_root(name.root), lean_csv.closing_time(name)
        else:
            raise ChainError(_foreign(data))
        # An answer may leave out its symbol; then only the contracts know.
        symbol = symbol or _parse(data, path).symbol
    except ChainError as error:
        raise ChainError(f"{path.name}: {error}. {UNDERSTOOD}") from error
    return Heading(clock.in_new_york(as_of), path, symbol)


def _parse(data: bytes, path: Path) -> Chain:
    if data.startswith(b"{"):
        return cboe_json.parse_cboe_json(data, origin=_origin("Cboe, recorded", path))
    lines = _first_lines(data)
    if cboe_csv.is_quote_table(lines):
        return cboe_csv.parse_cboe_csv(data, origin=_origin("Cboe quote table, recorded", path))
    if lean_csv.is_lean_table(lines):
        name = lean_csv.read_name(path)
        return lean_csv.parse_lean_csv(data, name=name, origin=_origin("Lean, recorded", path))
    raise ChainError(_foreign(data))


def _content(path: Path) -> bytes:
    """Return the file's bytes, unpacked and without what may stand before the first character."""
    try:
        with path.open("rb") as file:
            packed = file.read(len(GZIP)) == GZIP
            file.seek(0)
            if packed:
                with gzip.open(file) as unpacked:
                    data = unpacked.read(LARGEST + 1)
            else:
                data = file.read(LARGEST + 1)
    except EOFError as error:
        raise ChainError("truncated gzip, its end is missing") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ChainError(f"broken gzip ({error})") from error
    except OSError as error:
        raise ChainError(f"unreadable ({error.strerror or error})") from error
    if len(data) > LARGEST:
        raise ChainError(f"more than {LARGEST // 2**20} MB, too large for an option chain")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise ChainError("the file is empty")
    return data.lstrip() if data.lstrip()[:1] == b"{" else data


def _first_lines(data: bytes) -> list[str]:
    return data[:20_000].decode("utf-8", "replace").splitlines()[:10]


def _foreign(data: bytes) -> str:
    start = data.lstrip()[:1]
    kind = {b"[": "a JSON list", b"<": "a web page or XML", b"P": "text or a zip archive"}.get(start, "content")
    return f"{kind} that is no option chain"


def _origin(label: str, path: Path) -> Origin:
    return Origin(source="replay", kind="recorded", label=label, detail=path.name)
