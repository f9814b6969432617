"""Keeping screenshots: outside of the web root, under random names, a few for each entry."""

from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from apps.journal.image_headers import NotAPictureError, header_of
from apps.journal.models import JournalEntry, Picture

LARGEST = 5 * 1024 * 1024
MOST = 8
_LONGEST_TITLE = 120


class PictureError(ValueError):
    """A picture that is not kept. The message says why."""


def folder() -> FileSystemStorage:
    """Return where the files lie; the web server knows no way there."""
    root = Path(settings.MEDIA_ROOT)
    return FileSystemStorage(location=root / "journal", base_url=None, file_permissions_mode=0o600)


def add_picture(entry: JournalEntry, upload: UploadedFile[Any]) -> Picture:
    """Keep an uploaded picture; the same one again is the one that is there. Raises PictureError."""
    title = Path(upload.name or "").name.replace("\x00", "")[:_LONGEST_TITLE] or "picture"
    if (upload.size or 0) > LARGEST:
        raise PictureError(f"{title} has {(upload.size or 0) / 1024 / 1024:.1f} MB; 5 MB is the most.")
    content = upload.read()
    try:
        header = header_of(content)
    except NotAPictureError as error:
        raise PictureError(f"{title}: {error}") from error
    digest = sha256(content).hexdigest()
    with transaction.atomic():
        JournalEntry.objects.select_for_update().get(pk=entry.pk)
        kept = list(Picture.objects.filter(entry=entry))
        if (same := next((one for one in kept if one.digest == digest), None)) is not None:
            return same
        if len(kept) >= MOST:
            raise PictureError(f"An entry keeps {MOST} pictures. Remove one first.")
        added = Picture.objects.create(
            entry=entry,
            file_name=f"{token_hex(16)}.{header.suffix}",
            title=title,
            media_type=header.media_type,
            width=header.width,
            height=header.height,
            size=len(content),
            digest=digest,
        )
        # Last, so that whatever fails before leaves no file behind.
        folder().save(added.file_name, ContentFile(content))
    return added


def remove_picture(picture: Picture) -> None:
    """Remove a picture and, once that is stored, its file."""
    with transaction.atomic():
        remove_files_later([picture])
        picture.delete()


def remove_files_later(pictures: list[Picture]) -> None:
    """Remove the pictures' files when the transaction is stored."""
    names = [picture.file_name for picture in pictures]
    transaction.on_commit(lambda: _remove(names))


def _remove(names: list[str]) -> None:
    for name in names:
        folder().delete(name)
