"""The IDX format, in which MNIST and the data sets modelled on it store images and labels.

A file holds a magic number (two zero bytes, a type code, the number of dimensions), the size of every
dimension as a big-endian 32-bit integer, and the elements, nothing else. It may be gzipped. Files come from
anywhere, so the reader checks every claim of the header against the content.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from autograd.files import opened, path_of

MNIST_FOLDER = Path(__file__).parent / "data" / "mnist"
LABELS, IMAGES = 1, 3  # the number of dimensions says what a file holds

_UNSIGNED_BYTE = 0x08
_OTHER_TYPES = {0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}
_KINDS = {LABELS: "labels", IMAGES: "images"}
_LARGEST = 2**30  # bytes of data in one file; MNIST's largest has 47 million
_CHUNK = 2**16
_GZIP = 31  # zlib's wbits for a deflate stream with gzip's header and checksum
_CORRUPT = {"incorrect data check": "CRC check failed", "incorrect length check": "Incorrect length of data"}


class IdxError(ValueError):
    """An IDX file is invalid; the message names the file and what is wrong with it."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images and labels, as stored: bytes.

    ``train_images`` (N, H, W) and ``train_labels`` (N,) are uint8, and so are ``test_images`` and
    ``test_labels``. Pixels are 0 (background) to 255 (ink), labels 0 to 9. Use :func:`inputs` to turn images
    into a network's inputs.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]


def inputs(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn images into a network's inputs: uint8 (N, H, W) becomes float32 (N, H * W) between 0 and 1.

    >>> inputs(np.array([[[0, 51], [102, 255]]], dtype=np.uint8))
    array([[0. , 0.2, 0.4, 1. ]], dtype=float32)
    """
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


def load_mnist(folder: str | Path | None = None) -> Dataset:
    """Read the four files of MNIST, or of any data set in its layout, such as Fashion-MNIST.

    ``folder`` holds ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``, ``t10k-images-idx3-ubyte`` and
    ``t10k-labels-idx1-ubyte`` (a dot before ``idx`` is fine too), raw or gzipped with the ending ``.gz``; if
    both forms exist, the raw one is read. None: the MNIST that comes with this package.

    A missing file raises FileNotFoundError. A file that is truncated, corrupt, mislabelled, too long or
    empty, a label outside 0 to 9, and images and labels that differ in number raise :class:`IdxError`. Both
    errors name the file.

    >>> mnist = load_mnist()
    >>> mnist.train_images.shape, mnist.test_images.shape
    ((60000, 28, 28), (10000, 28, 28))
    >>> mnist.train_labels[:6].tolist()
    [5, 0, 4, 1, 9, 2]
    """
    folder = MNIST_FOLDER if folder is None else path_of(folder, "load_mnist")
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder; it should hold MNIST's four IDX files")
    train_images, train_labels = _load_pair(folder, "train")
    test_images, test_labels = _load_pair(folder, "t10k")
    if train_images.shape[1:] != test_images.shape[1:]:
        raise IdxError(
            f"{_find(folder, 't10k', IMAGES)}: images of {_by(test_images.shape[1:])} pixels, "
            f"where those in {_find(folder, 'train', IMAGES).name} have {_by(train_images.shape[1:])}"
        )
    return Dataset(train_images, train_labels, test_images, test_labels)


def read_idx(path: str | Path, dimensions: int) -> NDArray[np.uint8]:
    """Read one IDX file of unsigned bytes with ``dimensions`` dimensions, gzipped or raw (its content tells).

    ``dimensions`` is :data:`LABELS` (1) or :data:`IMAGES` (3). Raise :class:`IdxError` if the file does not
    match its header, or holds something else.
    """
    with opened(path, "read_idx") as raw:
        path = Path(path)
        gzipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        try:
            return _parse(path, _Unzipped(raw) if gzipped else raw, dimensions)
        except EOFError as error:
            raise IdxError(f"{path}: truncated: the gzip stream ends early; get the file again") from error
        except zlib.error as error:
            said = str(error).rpartition(": ")[2]
            raise IdxError(
                f"{path}: corrupt gzip data ({_CORRUPT.get(said, said)}); get the file again"
            ) from error


class _Unzipped:
    """The content of a gzip file, read from its beginning.

    zlib reads headers as fast as data. Python's gzip module reads the name in a header byte by byte, which
    takes minutes if the name has 50 MB.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._inflate = zlib.decompressobj(_GZIP)
        self._next = b""  # read, but not yet inflated

    def read(self, size: int) -> bytes:
        """Read the next ``size`` bytes, fewer at the end. Raise EOFError if the file ends before its data."""
        data = bytearray()
        while len(data) < size:
            if self._inflate.eof:  # zeros may follow, and another such stream
                rest = self._inflate.unused_data.lstrip(b"\0")
                while not rest and (more := self._file.read(_CHUNK)):
                    rest = more.lstrip(b"\0")
                if not rest:
                    break
                self._inflate, self._next = zlib.decompressobj(_GZIP), rest
            given = self._next or self._file.read(_CHUNK)
            found = self._inflate.decompress(given, size - len(data))
            self._next = self._inflate.unconsumed_tail
            if not (given or found or self._inflate.eof):
                raise EOFError
            data += found
        return bytes(data)


def _load_pair(folder: Path, part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    images_path, labels_path = _find(folder, part, IMAGES), _find(folder, part, LABELS)
    images, labels = read_idx(images_path, IMAGES), read_idx(labels_path, LABELS)
    if len(images) != len(labels):
        raise IdxError(
            f"{labels_path}: {len(labels):,} labels for the {len(images):,} images in {images_path.name}; "
            "they belong to different sets"
        )
    if labels.max() > 9:
        where = int(np.argmax(labels > 9))
        raise IdxError(f"{labels_path}: label number {where} is {labels[where]}; labels are 0 to 9")
    return images, labels


def _find(folder: Path, part: str, dimensions: int) -> Path:
    stem, kind = f"{part}-{_KINDS[dimensions]}", f"idx{dimensions}-ubyte"
    names = [f"{stem}{joint}{kind}{ending}" for joint in "-." for ending in ("", ".gz")]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(f"{folder / names[0]}: missing, and so are {', '.join(names[1:])}")


def _parse(path: Path, file: BinaryIO | _Unzipped, dimensions: int) -> NDArray[np.uint8]:
    shape = _read_header(path, file, dimensions)
    size = math.prod(shape)
    if size == 0:
        raise IdxError(f"{path}: the header says {_by(shape)}: there is nothing in it")
    if size > _LARGEST:
        raise IdxError(f"{path}: the header says {_by(shape)}, {size:,} bytes; at most {_LARGEST:,} are read")
    # Memory grows with the data, not with the header's claim. Reading one byte too many reveals extra data,
    # and makes gzip compare its checksum at the end.
    data = bytearray()
    while chunk := file.read(min(_CHUNK, size + 1 - len(data))):
        data += chunk
    if len(data) < size:
        raise IdxError(
            f"{path}: truncated: the header says {_by(shape)}, {size:,} bytes, and {len(data):,} are there"
        )
    if len(data) > size:
        raise IdxError(f"{path}: the header says {_by(shape)}, {size:,} bytes, and more bytes follow them")
    return np.frombuffer(data, dtype=np.uint8).reshape(shape)


def _read_header(path: Path, file: BinaryIO | _Unzipped, dimensions: int) -> tuple[int, ...]:
    magic = file.read(4)
    if len(magic) < 4:
        raise IdxError(
            f"{path}: {'empty' if not magic else 'truncated'}: an IDX file begins with a magic number"
        )
    expected = (
        f"{_KINDS.get(dimensions, f'{dimensions}-dimensional data')} (magic number 0x000008{dimensions:02x})"
    )
    if magic[:2] != b"\0\0" or magic[2] not in (_UNSIGNED_BYTE, *_OTHER_TYPES):
        raise IdxError(
            f"{path}: not an IDX file: it begins with {magic.hex(' ')}, where {expected} is expected"
        )
    if magic[2] != _UNSIGNED_BYTE:
        raise IdxError(f"{path}: holds {_OTHER_TYPES[magic[2]]} elements; unsigned bytes are expected")
    if magic[3] != dimensions:
        holds = _KINDS.get(magic[3], f"{magic[3]}-dimensional data")
        raise IdxError(
            f"{path}: holds {holds} (magic number 0x000008{magic[3]:02x}), where {expected} is expected"
        )
    sizes = file.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise IdxError(f"{path}: truncated: it ends within the header")
    return struct.unpack(f">{dimensions}I", sizes)


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(f"{size:,}" for size in shape)
