"""What kind of picture some bytes are, by their own headers: PNG, JPEG or WebP, and how large.

Only the header is read; whoever serves the bytes says the type found here and forbids browsers to guess another.
"""

import struct
import zlib
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # start-of-frame markers
_JPEG_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
_END, _SCAN = 0xD9, 0xDA
LARGEST_SIDE = 16_383
MOST_PIXELS = 50_000_000  # decoded, 200 MB: more than any row of screens, less than a browser dies of


class NotAPictureError(ValueError):
    """Bytes that are no PNG, JPEG or WebP. The message says so to people."""


@dataclass(frozen=True, slots=True)
class Header:
    """width, height: pixels."""

    media_type: str
    suffix: str
    width: int
    height: int


def header_of(content: bytes) -> Header:
    """Return what the bytes are. Raises NotAPictureError."""
    try:
        found = _png(content) or _jpeg(content) or _webp(content)
    except (struct.error, IndexError) as error:
        raise NotAPictureError("The picture is cut off. Save it again, then upload that.") from error
    if found is None:
        raise NotAPictureError("Only PNG, JPEG and WebP pictures can be kept; this file is none of them.")
    if not (1 <= found.width <= LARGEST_SIDE and 1 <= found.height <= LARGEST_SIDE):
        raise NotAPictureError(
            f"A side may have 1 to {LARGEST_SIDE:,} pixels; this has {found.width} × {found.height}."
        )
    if found.width * found.height > MOST_PIXELS:
        raise NotAPictureError(f"{found.width} × {found.height} pixels are too many; 50 million are the most.")
    return found


def _png(content: bytes) -> Header | None:
    if not content.startswith(_PNG):
        return None
    length, name, width, height = struct.unpack(">I4sII", content[8:24])
    (checksum,) = struct.unpack(">I", content[29:33])
    if name != b"IHDR" or length != 13 or checksum != zlib.crc32(content[12:29]):
        return None
    return Header("image/png", "png", width, height)


def _jpeg(content: bytes) -> Header | None:
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    place = 2
    while place < len(content):
        if content[place] != 0xFF:
            return None
        marker = content[place + 1]
        if marker == 0xFF:  # padding
            place += 1
            continue
        place += 2
        if marker in _JPEG_ALONE:
            continue
        if marker in (_END, _SCAN):
            return None
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", content[place + 3 : place + 7])
            return Header("image/jpeg", "jpg", width, height)
        (length,) = struct.unpack(">H", content[place : place + 2])
        if length < 2:
            return None
        place += length
    raise IndexError("no frame")


def _webp(content: bytes) -> Header | None:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    (size,) = struct.unpack("<I", content[4:8])
    if size + 8 > len(content) + 1:
        raise IndexError("cut off")
    match content[12:16]:
        case b"VP8 " if content[23:26] == b"\x9d\x01\x2a":
            width, height = struct.unpack("<HH", content[26:30])
            return Header("image/webp", "webp", width & 0x3FFF, height & 0x3FFF)
        case b"VP8L" if content[20] == 0x2F:
            (bits,) = struct.unpack("<I", content[21:25])
            return Header("image/webp", "webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8X":
            width = int.from_bytes(content[24:27], "little") + 1
            height = int.from_bytes(content[27:30], "little") + 1
            if len(content) < 30:
                raise IndexError("cut off")
            return Header("image/webp", "webp", width, height)
    return None
