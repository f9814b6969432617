"""Recorded cases: how they are read, from a directory of JSON files or from one compressed file per area."""

from __future__ import annotations

import json
import lzma
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

OWN_VECTORS = Path(__file__).parent / "vectors"
NOT_FINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def vectors_directory() -> Path:
    """Return where the cases are: `ALPHAGEX_PARITY_VECTORS`, or the copy that lives beside this file."""
    return Path(os.environ.get("ALPHAGEX_PARITY_VECTORS") or OWN_VECTORS)


@dataclass(frozen=True)
class Case:
    """One recorded call. `raw` is the case exactly as recorded; the attributes read it with the common conventions."""

    callable: str
    raw: dict[str, Any] = field(repr=False)

    @property
    def id(self) -> str:
        return str(self.raw["id"])

    @property
    def init(self) -> Any:
        return numbers(self.raw.get("init") or {})

    @cached_property
    def args(self) -> Any:
        return numbers(self.raw.get("args") or [])

    @cached_property
    def kwargs(self) -> Any:
        return numbers(self.raw.get("kwargs") or {})

    @cached_property
    def env(self) -> Any:
        return numbers(self.raw.get("env") or {})

    @property
    def state(self) -> Any:
        return self.env.get("state") or {}

    @property
    def expected(self) -> Any:
        return self.raw.get("expected")

    @property
    def effects(self) -> Any:
        return self.raw.get("effects")

    @property
    def raises(self) -> str | None:
        return self.raw.get("raises")


@dataclass(frozen=True)
class Document:
    """All recorded cases of one callable. `name` is `<area>/<file stem>`."""

    name: str
    callable: str
    cases: list[Case]

    @property
    def area(self) -> str:
        return self.name.split("/")[0]


def numbers(value: Any) -> Any:
    """Return the recorded value with the texts NaN, Infinity and -Infinity turned into numbers, as a fresh copy."""
    if isinstance(value, dict):
        return {key: numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [numbers(item) for item in value]
    return NOT_FINITE.get(value, value) if isinstance(value, str) else value


def frame(recorded: dict[str, Any]) -> pd.DataFrame:
    """Return the data frame of a recorded `{"columns", "rows"}`."""
    return pd.DataFrame(recorded["rows"], columns=recorded["columns"])


def documents(directory: Path) -> Iterator[Document]:
    """Yield the documents below `directory`: `<area>.json.xz` files, and `<area>/<name>.json` files."""
    for packed in sorted(directory.glob("*.json.xz")):
        area = packed.name.removesuffix(".json.xz")
        for stem, content in sorted(json.loads(lzma.decompress(packed.read_bytes())).items()):
            yield _document(f"{area}/{stem}", content)
    for path in sorted(directory.glob("*/*.json")):
        yield _document(f"{path.parent.name}/{path.stem}", json.loads(path.read_text("utf-8")))


def _document(name: str, content: dict[str, Any]) -> Document:
    called = content["callable"]
    return Document(name, called, [Case(called, raw) for raw in content["cases"]])


def pack(source: Path, target: Path) -> None:
    """Write each area of `source` as one compressed file into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    for area in sorted(path for path in source.iterdir() if path.is_dir()):
        content = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(area.glob("*.json"))}
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        (target / f"{area.name}.json.xz").write_bytes(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME))
