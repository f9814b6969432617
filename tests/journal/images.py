"""Small pictures, and files that only call themselves so."""

import struct
import zlib
from base64 import b64decode

from django.core.files.uploadedfile import SimpleUploadedFile


def png(width: int = 3, height: int = 2, *, shade: int = 0) -> bytes:
    """Return a grey picture."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = b"".join(b"\x00" + bytes([shade]) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def jpeg(width: int = 5, height: int = 4) -> bytes:
    """Return a JPEG's head: an APP0 segment, a comment, padding and the start of its frame."""
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    comment = b"\xff\xfe" + struct.pack(">H", 5) + b"abc"
    frame = b"\xff\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + app0 + comment + frame + b"\xff\xd9"


def webp_lossy() -> bytes:
    """Return a whole WebP of 1 × 1 pixel."""
    return b64decode("UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAUAmJaQAA3AA/v02aAA=")


def webp_lossless(width: int = 7, height: int = 6) -> bytes:
    """Return the head of a lossless WebP."""
    body = b"VP8L" + struct.pack("<I", 10) + b"\x2f" + struct.pack("<I", (height - 1) << 14 | (width - 1)) + b"\x00" * 5
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webp_extended(width: int = 9, height: int = 8) -> bytes:
    """Return the head of a WebP with features."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"VP8X" + struct.pack("<I", 10) + b"\x10\x00\x00\x00" + sides
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def upload(content: bytes, name: str = "chart.png", kind: str = "image/png") -> SimpleUploadedFile:
    """Return what a form sends."""
    return SimpleUploadedFile(name, content, content_type=kind)
