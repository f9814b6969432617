"""Static files as they are served: our own scripts and style sheets without comments and indentation, all hashed."""

from collections.abc import Iterator
from typing import Any

import rcssmin
import rjsmin
from django.core.files.base import ContentFile
from servestatic.storage import CompressedManifestStaticFilesStorage

_OURS = {"css/": rcssmin.cssmin, "js/": rjsmin.jsmin}


class SmallStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """What collectstatic writes. The sources stay as they are written; only the copies shrink."""

    def post_process(
        self, paths: dict[str, tuple[Any, str]], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str | None, Any]]:
        for name, (source, path) in list(paths.items()):
            shrink = next((_OURS[folder] for folder in _OURS if name.startswith(folder)), None)
            if shrink is None or dry_run:
                continue
            with source.open(path) as written:
                small = shrink(written.read().decode())
            self.delete(name)
            self._save(name, ContentFile(small.encode()))
            paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)
