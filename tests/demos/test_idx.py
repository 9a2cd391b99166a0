"""The data: what is in MNIST is known, and every way in which a file can be wrong is told."""

import gzip
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from demos import idx
from demos.idx import IMAGES, LABELS, IdxError, inputs, load_mnist, read_idx

NAMES = {
    "train images": "train-images-idx3-ubyte",
    "train labels": "train-labels-idx1-ubyte",
    "test images": "t10k-images-idx3-ubyte",
    "test labels": "t10k-labels-idx1-ubyte",
}


def idx_bytes(array: np.ndarray, magic: int | None = None) -> bytes:
    """A file as the format's description has it, written without the reader's help."""
    magic = 0x00000800 + array.ndim if magic is None else magic
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.astype(np.uint8).tobytes()


@pytest.fixture
def small() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "train images": rng.integers(0, 256, (7, 4, 5)),
        "train labels": rng.integers(0, 10, 7),
        "test images": rng.integers(0, 256, (3, 4, 5)),
        "test labels": rng.integers(0, 10, 3),
    }


@pytest.fixture
def folder(tmp_path: Path, small: dict[str, np.ndarray]) -> Path:
    for what, array in small.items():
        (tmp_path / NAMES[what]).write_bytes(idx_bytes(array))
    return tmp_path


@pytest.fixture(scope="module")
def mnist() -> idx.Dataset:
    return load_mnist()


def test_mnist_is_what_is_known_of_it(mnist: idx.Dataset) -> None:
    assert mnist.train_images.shape == (60000, 28, 28) and mnist.test_images.shape == (10000, 28, 28)
    assert mnist.train_images.dtype == mnist.train_labels.dtype == np.uint8
    assert mnist.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.test_labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    # the class counts that its documentation and every paper give
    assert np.bincount(mnist.train_labels).tolist() == [
        5923,
        6742,
        5958,
        6131,
        5842,
        5421,
        5918,
        6265,
        5851,
        5949,
    ]
    assert np.bincount(mnist.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    # and the mean and standard deviation that PyTorch's examples normalise with
    assert mnist.train_images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert mnist.train_images.std() / 255 == pytest.approx(0.3081, abs=5e-5)


def test_the_reader_agrees_with_another_route(mnist: idx.Dataset) -> None:
    raw = gzip.decompress((idx.MNIST_FOLDER / "t10k-images-idx3-ubyte.gz").read_bytes())
    assert np.array_equal(mnist.test_images.ravel(), np.frombuffer(raw[16:], np.uint8))


def test_inputs_are_float32_rows_between_0_and_1(mnist: idx.Dataset) -> None:
    x = inputs(mnist.test_images[:50])
    assert x.shape == (50, 784) and x.dtype == np.float32
    assert x.min() == 0 and x.max() == 1
    np.testing.assert_allclose(x[7].reshape(28, 28) * 255, mnist.test_images[7], rtol=1e-6)


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("joint", ["-idx", ".idx"])
def test_any_folder_of_idx_files(
    tmp_path: Path, small: dict[str, np.ndarray], ending: str, joint: str
) -> None:
    for what, array in small.items():
        content = idx_bytes(array)
        name = NAMES[what].replace("-idx", joint) + ending
        (tmp_path / name).write_bytes(gzip.compress(content) if ending else content)
    data = load_mnist(str(tmp_path))
    assert np.array_equal(data.train_images, small["train images"])
    assert np.array_equal(data.train_labels, small["train labels"])
    assert np.array_equal(data.test_images, small["test images"])
    assert np.array_equal(data.test_labels, small["test labels"])


def test_gzip_is_told_by_content_not_by_name(folder: Path, small: dict[str, np.ndarray]) -> None:
    path = folder / NAMES["train images"]
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert np.array_equal(load_mnist(folder).train_images, small["train images"])


def test_a_missing_folder_and_a_missing_file(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such folder"):
        load_mnist(folder / "nowhere")
    (folder / NAMES["test labels"]).unlink()
    with pytest.raises(
        FileNotFoundError, match=r"t10k-labels-idx1-ubyte: missing.*t10k-labels-idx1-ubyte\.gz"
    ):
        load_mnist(folder)


Spoil = Callable[[bytes], bytes]

# what is done to a good file of training images, and what the error says
SPOILT: dict[str, tuple[Spoil, str]] = {
    "empty": (lambda good: b"", "empty"),
    "cut in the magic number": (lambda good: good[:3], "truncated"),
    "cut in the header": (lambda good: good[:10], "ends within the header"),
    "cut in the data": (lambda good: good[:-1], r"truncated: .*7 x 4 x 5, 140 bytes, and 139 are there"),
    "a byte too long": (lambda good: good + b"\0", "140 bytes, and more bytes follow"),
    "labels": (
        lambda good: idx_bytes(np.zeros(7)),
        r"holds labels \(magic number 0x00000801\), where images",
    ),
    "two dimensions": (lambda good: idx_bytes(np.zeros((7, 20))), "holds 2-dimensional data"),
    "floats": (lambda good: b"\0\0\x0d\x03" + good[4:], "float32 elements; unsigned bytes are expected"),
    "unknown type": (lambda good: b"\0\0\x07\x03" + good[4:], "not an IDX file: it begins with 00 00 07 03"),
    "a web page": (lambda good: b"<!doctype html><title>404</title>", "not an IDX file"),
    "no items": (lambda good: idx_bytes(np.zeros((0, 4, 5))), "0 x 4 x 5: there is nothing in it"),
    "no pixels": (lambda good: idx_bytes(np.zeros((7, 4, 0))), "7 x 4 x 0: there is nothing in it"),
    "sizes beyond reason": (
        lambda good: good[:4] + b"\xff" * 12 + good[16:],
        "at most 1,073,741,824 are read",
    ),
    "gzip cut": (lambda good: gzip.compress(good)[:-12], "truncated: the gzip stream ends early"),
    "gzip cut in its header": (lambda good: gzip.compress(good)[:6], "truncated: the gzip stream ends early"),
    "gzip checksum": (lambda good: _flip(gzip.compress(good), -6), r"corrupt gzip data \(CRC check failed"),
    "gzip length": (lambda good: _flip(gzip.compress(good), -1), r"corrupt gzip data \(Incorrect length"),
    "gzip body": (lambda good: _flip(gzip.compress(good), 10, 0xFF), "corrupt gzip data"),
    "gzip with more behind it": (lambda good: gzip.compress(good) + b"more", "corrupt gzip data"),
    "truncated inside gzip": (lambda good: gzip.compress(good[:-1]), "140 bytes, and 139 are there"),
    "too long inside gzip": (lambda good: gzip.compress(good + b"\0"), "more bytes follow"),
}


def _flip(content: bytes, position: int, bits: int = 0x01) -> bytes:
    spoilt = bytearray(content)
    spoilt[position] ^= bits
    return bytes(spoilt)


@pytest.mark.parametrize("how", SPOILT)
def test_a_bad_file_is_named_with_what_is_wrong(folder: Path, how: str) -> None:
    spoil, message = SPOILT[how]
    path = folder / NAMES["train images"]
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(IdxError, match=message) as caught:
        load_mnist(folder)
    assert str(path) in str(caught.value)


def test_images_where_labels_are_expected(folder: Path) -> None:
    path = folder / NAMES["train labels"]
    path.write_bytes((folder / NAMES["train images"]).read_bytes())
    with pytest.raises(
        IdxError, match=r"train-labels-idx1-ubyte: holds images \(magic number 0x00000803\), where labels"
    ):
        load_mnist(folder)


def test_a_label_outside_0_to_9(folder: Path) -> None:
    (folder / NAMES["test labels"]).write_bytes(idx_bytes(np.array([9, 3, 10])))
    with pytest.raises(IdxError, match="t10k-labels-idx1-ubyte: label number 2 is 10"):
        load_mnist(folder)


def test_images_and_labels_that_differ_in_number(folder: Path) -> None:
    (folder / NAMES["train labels"]).write_bytes(idx_bytes(np.zeros(6)))
    with pytest.raises(
        IdxError, match="train-labels-idx1-ubyte: 6 labels for the 7 images in train-images-idx3-ubyte"
    ):
        load_mnist(folder)


def test_test_images_of_another_size(folder: Path) -> None:
    (folder / NAMES["test images"]).write_bytes(idx_bytes(np.zeros((3, 5, 4))))
    with pytest.raises(IdxError, match="t10k-images-idx3-ubyte: images of 5 x 4 pixels, where .* have 4 x 5"):
        load_mnist(folder)


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["raw", "gzip"])
def test_a_header_is_not_believed_when_it_asks_for_memory(
    tmp_path: Path, packed: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(packed(struct.pack(">4I", 0x803, 1_000_000, 28, 28) + b"\1" * 100))  # claims 784 MB
    tracemalloc.start()
    try:
        with pytest.raises(IdxError, match="784,000,000 bytes, and 100 are there"):
            read_idx(path, IMAGES)
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


def test_a_gzip_bomb_is_read_no_further_than_the_header_says(tmp_path: Path) -> None:
    path = tmp_path / "train-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(struct.pack(">2I", 0x801, 10) + bytes(100_000_000)))
    tracemalloc.start()
    try:
        with pytest.raises(IdxError, match="more bytes follow"):
            read_idx(path, LABELS)
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


def test_a_directory_in_place_of_a_file(folder: Path) -> None:
    path = folder / NAMES["train images"]
    path.unlink()
    path.mkdir()
    with pytest.raises(FileNotFoundError, match="train-images-idx3-ubyte: missing"):
        load_mnist(folder)


def _member(content: bytes, name: bytes = b"") -> bytes:
    """A gzip stream, with a file's name in its header, as RFC 1952 has it."""
    deflate = zlib.compressobj(wbits=-15)
    flags, named = (b"\x08", name + b"\0") if name else (b"\0", b"")
    body = deflate.compress(content) + deflate.flush()
    return (
        b"\x1f\x8b\x08"
        + flags
        + bytes(6)
        + named
        + body
        + struct.pack("<II", zlib.crc32(content), len(content))
    )


def test_a_gzip_header_of_any_length_is_gone_through_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not byte by byte: counted in reads, which do not depend on the machine."""
    labels = np.arange(10)
    content = idx_bytes(labels)
    long = b"x" * 50_000_000
    path = tmp_path / "labels"
    reads = []
    opened = idx.opened

    def counting(*arguments: str) -> object:
        file = opened(*arguments)

        class Counting:
            def __enter__(self) -> object:
                return self

            def __exit__(self, *error: object) -> None:
                file.close()

            def seek(self, to: int) -> None:
                file.seek(to)

            def read(self, size: int) -> bytes:
                reads.append(size)
                return file.read(size)

        return Counting()

    monkeypatch.setattr(idx, "opened", counting)
    for written in (_member(content, long), _member(content[:9]) + _member(content[9:], long)):
        path.write_bytes(written)
        reads.clear()
        assert np.array_equal(read_idx(path, LABELS), labels)
        assert len(reads) < 2_000
    path.write_bytes(_member(content, long)[:-1_000])
    with pytest.raises(IdxError, match="truncated: the gzip stream ends early"):
        read_idx(path, LABELS)


def test_gzip_streams_one_after_the_other_and_zeros_behind(tmp_path: Path) -> None:
    labels = np.arange(300) % 10
    content = idx_bytes(labels)
    path = tmp_path / "labels"
    for written in (
        b"".join(_member(content[i : i + 1]) for i in range(len(content))),
        gzip.compress(content) + bytes(200_000),
        gzip.compress(content[:50]) + bytes(70_000) + gzip.compress(content[50:]),
        gzip.compress(b"") + gzip.compress(content) + gzip.compress(b""),
    ):
        path.write_bytes(written)
        assert gzip.decompress(written) == content  # another reader has the same
        assert np.array_equal(read_idx(path, LABELS), labels)
