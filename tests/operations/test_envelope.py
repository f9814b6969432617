"""The encrypted file: what was written comes back, and nothing that somebody changed does."""

import io
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apps.operations import envelope
from apps.operations.envelope import CHUNK_BYTES, SealedWriter, opened_chunks
from apps.operations.errors import BackupError

KEY = "sixteen characters, or more"
HEAD_BYTES = 50


@pytest.fixture(scope="module", autouse=True)
def _each_key_is_derived_once() -> Iterator[None]:
    """A guess costs a tenth of a second, on purpose; here the same one is made many times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(envelope, "_derived", cache(envelope._derived))
        yield


def sealed(data: bytes) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, KEY)
    writer.write(data)
    writer.close()
    return file.getvalue()


def opened(file: bytes, key: str = KEY) -> bytes:
    return b"".join(opened_chunks(io.BytesIO(file), key))


@pytest.fixture(scope="module")
def three_chunks() -> bytes:
    return sealed(bytes(range(256)) * (CHUNK_BYTES // 256) * 2 + b"the end")


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
def test_what_is_sealed_opens(size: int) -> None:
    data = b"\xa5" * size
    file = sealed(data)
    assert opened(file) == data
    assert size < 16 or data[:16] not in file


def test_two_backups_of_the_same_have_nothing_in_common() -> None:
    assert sealed(b"the same")[8:] != sealed(b"the same")[8:]


def test_another_key_opens_nothing(three_chunks: bytes) -> None:
    with pytest.raises(BackupError, match="The key does not open this backup"):
        opened(three_chunks, KEY + "!")


@pytest.fixture(scope="module")
def small() -> bytes:
    return sealed(b"ten thousand fills" * 100)


@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@hypothesis_settings(max_examples=25)
def test_a_changed_bit_is_found_wherever_it_is(small: bytes, where: float, bit: int) -> None:
    file = bytearray(small)
    file[int(where * len(file))] ^= 1 << bit
    with pytest.raises(BackupError):
        opened(bytes(file))


@given(kept=st.floats(0, 1, exclude_max=True))
@hypothesis_settings(max_examples=15)
def test_a_file_cut_off_anywhere_does_not_open(small: bytes, kept: float) -> None:
    with pytest.raises(BackupError):
        opened(small[: int(kept * len(small))])


def test_chunks_moved_repeated_left_out_or_added_do_not_open(three_chunks: bytes) -> None:
    head, rest = three_chunks[:HEAD_BYTES], three_chunks[HEAD_BYTES:]
    whole = 4 + CHUNK_BYTES + 16
    first, second, last = rest[:whole], rest[whole : 2 * whole], rest[2 * whole :]
    assert opened(head + first + second + last)
    for wrong in (
        second + first + last,
        first + first + second + last,
        first + last,
        first + second,
        first + second + last + last,
        first + second + last + b"\0",
    ):
        with pytest.raises(BackupError):
            opened(head + wrong)


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(BackupError, match="no backup of AlphaGEX"):
        opened(b"PK\x03\x04" + bytes(100))
