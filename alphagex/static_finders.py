"""Static files out of node_modules: the few we serve, under plain names, and nothing else of what npm installs."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NPM_FILES = {
    "npm/idiomorph/idiomorph.min.js": "idiomorph/dist/idiomorph.min.js",
    "npm/plotly/plotly-cartesian.min.js": "plotly.js-cartesian-dist-min/plotly-cartesian.min.js",
    "npm/inter/inter-latin-wght-normal.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "npm/jetbrains-mono/jetbrains-mono-latin-wght-normal.woff2": (
        "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2"
    ),
}


class NpmStorage(FileSystemStorage):
    """node_modules seen under the names of NPM_FILES."""

    def __init__(self) -> None:
        super().__init__(location=Path(settings.BASE_DIR) / "node_modules")

    def path(self, name: str) -> str:
        return super().path(NPM_FILES[name])


class NpmFinder(BaseFinder):
    """Finds the files of NPM_FILES that are installed; before `npm ci` that is none."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = NpmStorage()

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = self.storage.path(path) if path in NPM_FILES and self.storage.exists(path) else None
        if find_all:
            return [found] if found else []
        return found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, NpmStorage]]:
        for name in NPM_FILES:
            if self.storage.exists(name):
                yield name, self.storage
