"""Screenshots: what is taken, what is refused, where it lies and who gets it back."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from apps.journal import pictures
from apps.journal.image_headers import Header, NotAPictureError, header_of
from apps.journal.models import JournalEntry, Picture
from apps.ledger.models import Account
from tests.journal import images
from tests.journal.images import png, upload
from tests.journal.trading import traded
from tests.ledger.market import Market


@pytest.fixture
def entry(own: Account, market: Market, media: Path) -> JournalEntry:
    return traded(own)


def added(client: Client, entry: JournalEntry, *contents: bytes, name: str = "chart.png") -> int:
    """Upload pictures and return the answer's status."""
    files = [upload(content, name) for content in contents]
    return client.post(f"/journal/{entry.pk}/pictures/", {"pictures": files}).status_code


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (png(3, 2), Header("image/png", "png", 3, 2)),
        (images.jpeg(5, 4), Header("image/jpeg", "jpg", 5, 4)),
        (images.webp_lossy(), Header("image/webp", "webp", 1, 1)),
        (images.webp_lossless(7, 6), Header("image/webp", "webp", 7, 6)),
        (images.webp_extended(9, 8), Header("image/webp", "webp", 9, 8)),
    ],
)
def test_the_header_says_what_a_picture_is(content: bytes, header: Header) -> None:
    assert header_of(content) == header


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a\x01\x00\x01\x00",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\x89PNG\r\n\x1a\n<html>",
        png()[:12] + b"X" + png()[13:],
        png(width=20_000),
        images.webp_extended(16_000, 16_000),  # a kilobyte that unpacks to a gigabyte
        png(width=0),
        images.jpeg()[:10],
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff<script>",
        b"\xff\xd8\xff\xe0\x00\x00" + b"\x00" * 20,
        images.webp_lossless()[:20],
        b"RIFF\x04\x00\x00\x00WAVEfmt ",
        images.webp_extended()[:26],
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPictureError):
        header_of(content)


def test_an_upload_is_kept_under_a_random_name_and_given_back_as_its_true_type(
    entry: JournalEntry, trader_client: Client, media: Path
) -> None:
    assert added(trader_client, entry, png(), name="../../Squeeze <b>.html") == 200
    kept = Picture.objects.get()
    assert re.fullmatch(r"[0-9a-f]{32}\.png", kept.file_name)
    assert kept.title == "Squeeze <b>.html"
    assert [path.name for path in media.iterdir()] == [kept.file_name]
    answer = trader_client.get(f"/journal/pictures/{kept.pk}/")
    assert b"".join(answer.streaming_content) == png()  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline")
    assert "private" in answer["Cache-Control"]
    page = trader_client.get(f"/journal/{entry.pk}/").content.decode()
    assert "Squeeze &lt;b&gt;.html" in page
    assert f'src="/journal/pictures/{kept.pk}/"' in page


def test_the_name_of_a_file_makes_it_no_picture(entry: JournalEntry, trader_client: Client, media: Path) -> None:
    answer = trader_client.post(f"/journal/{entry.pk}/pictures/", {"pictures": [upload(b"<script>", "a.png")]})
    assert answer.status_code == 422
    assert "a.png: Only PNG, JPEG and WebP pictures can be kept" in answer.content.decode()
    assert not Picture.objects.exists()
    assert not media.exists()


def test_five_megabytes_are_the_most(
    entry: JournalEntry, trader_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pictures.LARGEST == 5 * 1024 * 1024
    assert added(trader_client, entry, png() + b"\x00" * (pictures.LARGEST - len(png()))) == 200
    assert added(trader_client, entry, png() + b"\x00" * (pictures.LARGEST - len(png()) + 1)) == 422
    assert Picture.objects.count() == 1


def test_eight_are_the_most_and_the_same_twice_is_one(entry: JournalEntry, trader_client: Client, media: Path) -> None:
    assert added(trader_client, entry, *(png(shade=shade) for shade in range(8))) == 200
    assert added(trader_client, entry, png(shade=3)) == 200
    answer = trader_client.post(f"/journal/{entry.pk}/pictures/", {"pictures": [upload(png(shade=9))]})
    assert answer.status_code == 422
    assert "An entry keeps 8 pictures." in answer.content.decode()
    assert Picture.objects.count() == len(list(media.iterdir())) == 8


def test_of_several_the_good_ones_are_kept(entry: JournalEntry, trader_client: Client) -> None:
    assert added(trader_client, entry, png(), b"no picture") == 422
    assert Picture.objects.count() == 1


def test_without_a_file_it_says_so(entry: JournalEntry, trader_client: Client) -> None:
    answer = trader_client.post(f"/journal/{entry.pk}/pictures/")
    assert (answer.status_code, "Choose a picture first." in answer.content.decode()) == (422, True)


def test_removing_takes_the_file_along(
    entry: JournalEntry, trader_client: Client, media: Path, django_capture_on_commit_callbacks: object
) -> None:
    added(trader_client, entry, png())
    kept = Picture.objects.get()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        answer = trader_client.post(f"/journal/pictures/{kept.pk}/remove/")
    assert json.loads(answer["HX-Trigger"])["toast"]["title"] == "Picture removed"
    assert list(media.iterdir()) == []
    assert trader_client.post(f"/journal/pictures/{kept.pk}/remove/").status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_not_found(
    entry: JournalEntry, trader_client: Client, media: Path
) -> None:
    added(trader_client, entry, png())
    kept = Picture.objects.get()
    (media / kept.file_name).unlink()
    assert trader_client.get(f"/journal/pictures/{kept.pk}/").status_code == 404


def test_what_cannot_be_written_is_not_noted(
    entry: JournalEntry, trader_client: Client, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media.parent.mkdir(parents=True)
    media.write_text("a file where the folder should be")
    with pytest.raises(OSError):
        added(trader_client, entry, png())
    assert not Picture.objects.exists()
