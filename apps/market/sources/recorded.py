"""Recordings on disk: whatever a file is called, its content says how to read it."""

import gzip
import zlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from alphagex import clock
from apps.market.chain import Chain, ChainError, Origin
from apps.market.exposure.result import Exposure
from apps.market.sources import cboe_csv, cboe_json, lean_csv, packing, recording_index
from apps.market.sources.occ import underlying_of_root
from apps.market.sources.packing import GZIP
from apps.market.sources.protocol import Answer, Kind, Question, SourceUnavailable

UNDERSTOOD = (
    "Understood: Cboe delayed-quotes JSON, Cboe quote table CSV, Lean chain CSV, what manage.py record wrote, "
    "each gzipped or not."
)
LARGEST = 256 * 2**20  # bytes after unpacking: twenty times the largest chain, but no memory bomb
_LONGEST_LABEL = 80  # characters, as rows keep it


@dataclass(frozen=True, slots=True, order=True)
class Heading:
    """What is in a recorded file, known without reading its contracts.

    moment: when the desk received it; of files that do not say so, as_of. question: what an answer answers.
    """

    moment: datetime
    path: Path
    symbol: str
    as_of: datetime = field(compare=False)
    question: Question | None = field(default=None, compare=False)


def find_recordings(path: Path) -> tuple[list[Heading], tuple[str, ...]]:
    """Return the headings of a recorded file, or of all below a directory, oldest first, and a line per unreadable one.

    Raises SourceUnavailable where there is nothing to read.
    """
    found: list[Heading] = []
    problems: list[str] = []
    indexes: dict[Path, dict[str, recording_index.Line]] = {}
    for file in _files(path):
        if file.parent not in indexes:
            indexes[file.parent] = recording_index.read(file.parent)
        try:
            found.append(_listed(file, indexes[file.parent].get(file.name)) or read_heading(file))
        except OSError as error:
            problems.append(f"{file.name}: unreadable ({error.strerror or error})")
        except ChainError as error:
            problems.append(str(error))
    if not found:
        raise SourceUnavailable(f"Nothing to replay in {path.name}: {problems[0] if problems else 'it holds no files'}")
    return sorted(found), tuple(problems)


def read_chain_file(path: Path) -> Chain:
    """Return the chain recorded in `path`. Raises ChainError, one line with the file's name, for anything else."""
    recording = read_recording(path)
    if isinstance(recording, Chain):
        return recording
    what = "gamma without its chain" if isinstance(recording, Exposure) else f"an answer ({recording.question.kind})"
    raise ChainError(f"{path.name}: holds {what}; play it with manage.py replay. {UNDERSTOOD}")


def read_recording(path: Path) -> Chain | Exposure | Answer:
    """Return what is recorded in `path`; its origin says that it is recorded. Raises ChainError as for chains."""
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
        if packing.is_packed(data):
            packed = packing.read_heading(data)
            return _heading(path, packed, packed.received_at or packed.as_of)
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
        symbol = symbol or _parse_foreign(data, path).symbol
    except ChainError as error:
        raise ChainError(f"{path.name}: {error}. {UNDERSTOOD}") from error
    as_of = clock.in_new_york(as_of)
    return Heading(as_of, path, symbol, as_of)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        inside = (file for file in path.rglob("*") if file.is_file())
        return sorted(file for file in inside if not file.name.startswith(".") and file.name != recording_index.NAME)
    if path.exists():
        return [path]
    raise SourceUnavailable(f"There is no file or directory {path} to replay.")


def _listed(path: Path, line: recording_index.Line | None) -> Heading | None:
    """Return what the index says of a file, None if the file must be asked itself. Raises OSError."""
    if line is None or line.bytes != path.stat().st_size or line.kind not in {"", *Kind}:
        return None
    return _heading(path, line, line.received_at)


def _heading(path: Path, known: recording_index.Line | packing.Heading, moment: datetime) -> Heading:
    question = None
    if known.kind:
        if known.kind not in {*Kind}:
            raise ChainError(f"an answer of the unknown kind {known.kind!r}")
        question = Question(kind=Kind(known.kind), symbol=known.symbol, detail=known.detail)
    return Heading(clock.in_new_york(moment), path, known.symbol, clock.in_new_york(known.as_of), question)


def _parse(data: bytes, path: Path) -> Chain | Exposure | Answer:
    if packing.is_packed(data):
        thing = packing.unpack(data)
        return replace(thing, origin=_recorded(thing.origin, path))
    return _parse_foreign(data, path)


def _parse_foreign(data: bytes, path: Path) -> Chain:
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


def _recorded(origin: Origin, path: Path) -> Origin:
    """Return where a recorded number came from; its label still names the market it was taken from."""
    ending = ", recorded"
    label = origin.label.removesuffix(ending)[: _LONGEST_LABEL - len(ending)] + ending
    return Origin(source="replay", kind="recorded", label=label, delay_seconds=origin.delay_seconds, detail=path.name)


def _origin(label: str, path: Path) -> Origin:
    return Origin(source="replay", kind="recorded", label=label, detail=path.name)
