"""Batches of images for GenNAS: photographs, folders, arrays, CIFAR files, and invalid sources."""

from __future__ import annotations

import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasport.schemas import InputError

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
pytest.importorskip("scipy", reason="needs the extra 'gennas'")
Image = pytest.importorskip("PIL.Image", reason="needs the extra 'gennas'")

from nasport.toolkit.gennas.images import pictures  # noqa: E402
from nasport.toolkit.gennas.images.image_batch import DEVIATION, MEAN, image_batch  # noqa: E402


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pixels(batch: torch.Tensor) -> torch.Tensor:
    """Return the batch before normalization, (N, 32, 32, 3)."""
    mean, deviation = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, DEVIATION))
    return (batch * deviation + mean).permute(0, 2, 3, 1)


def known(count: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return images with distinct red values, symmetric, so that mirroring has no effect."""
    images = np.zeros((count, 32, 32, 3), np.uint8)
    images[..., 0] = np.arange(count)[:, None, None]
    images[..., 1], images[..., 2] = 100, 200
    images[:, 0, :, 2] = 7  # marks the upper edge
    return images


def is_from(batch: torch.Tensor, count: int) -> bool:
    found = pixels(batch).round().to(torch.uint8).numpy()
    numbers = found[:, 5, 5, 0].tolist()
    return len(set(numbers)) == len(numbers) and np.array_equal(found, known(count)[numbers])


def records(count: int) -> bytes:
    planes = known(count).transpose(0, 3, 1, 2).reshape(count, -1)
    return np.concatenate([np.full((count, 1), 3, np.uint8), planes], 1).tobytes()


def pickled(count: int) -> bytes:
    """Return a pickle of Python 2: a dictionary with a string of all images."""
    data = known(count).transpose(0, 3, 1, 2).tobytes()
    return b"\x80\x02}(U\x04dataT" + len(data).to_bytes(4, "little") + data + b"U\x06labels](K\x01K\x02eu."


def test_photographs_are_varied_and_reproducible_from_the_seed() -> None:
    pytest.importorskip("skimage", reason="the photographs lie in scikit-image")
    batch = image_batch(None, 20, generator())
    assert batch.shape == (20, 3, 32, 32)
    assert batch.dtype == torch.float32
    assert torch.equal(batch, image_batch(None, 20, generator()))
    assert not torch.equal(batch, image_batch(None, 20, generator(1)))
    assert len({tuple(image.flatten().tolist()) for image in batch}) == 20
    # Roughly the contrast of CIFAR-10 images, and no crop without content.
    assert abs(float(batch.mean())) < 0.7
    assert 0.6 < float(batch.std()) < 1.4
    assert float(pixels(batch).mean(3).flatten(1).std(1).min()) > 20


def test_some_images_are_mirrored(tmp_path: Path) -> None:
    images = np.zeros((1, 32, 32, 3), np.uint8)
    images[:, :, :16] = 255
    np.savez(tmp_path / "one.npz", x=images)
    sides = [float(image_batch(tmp_path / "one.npz", 1, generator(seed))[0, 0, 0, 0]) for seed in range(40)]
    assert 8 < sum(side > 0 for side in sides) < 32


@pytest.mark.parametrize("key", ["images", "data", "x", "whatever"])
def test_images_from_npz(tmp_path: Path, key: str) -> None:
    np.savez_compressed(tmp_path / "i.npz", labels=np.arange(50), **{key: known(50)})
    assert is_from(image_batch(tmp_path / "i.npz", 20, generator()), 50)


def write_folder(place: Path) -> None:
    for number, image in enumerate(known(40)):
        file = place / f"class{number % 3}" / f"{number}.{'png' if number % 2 else 'BMP'}"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(file)
    (place / "readme.txt").write_text("no picture")
    (place / ".hidden.png").write_bytes(b"no picture")


def write_binary(place: Path) -> None:
    place.mkdir()
    for number in range(2):
        half = records(40)[number * 20 * 3073 : (number + 1) * 20 * 3073]
        (place / f"data_batch_{number + 1}.bin").write_bytes(half)
    (place / "test_batch.bin").write_bytes(b"never read")


def write_archive(place: Path) -> None:
    with tarfile.open(place, "w:gz") as archive:
        for name, data in (("readme.html", b"<p>"), ("data_batch_1.bin", records(40))):
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("pictures", write_folder),
        ("cifar-10-batches-bin", write_binary),
        ("cifar-10-binary.tar.gz", write_archive),
        ("data_batch_3.bin", lambda place: place.write_bytes(records(40))),
        ("data_batch_3", lambda place: place.write_bytes(pickled(40))),
    ],
)
def test_images_from_other_sources(tmp_path: Path, name: str, write: Callable[[Path], Any]) -> None:
    write(tmp_path / name)
    batch = image_batch(tmp_path / name, 16, generator())
    assert is_from(batch, 40)
    assert torch.equal(batch, image_batch(tmp_path / name, 16, generator()))
    if name.startswith("cifar-10-batches"):
        assert torch.equal(batch, image_batch(tmp_path, 16, generator()))


def test_crops_of_a_single_picture(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (90, 200, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "one.png")
    batch = image_batch(tmp_path / "one.png", 6, generator())
    assert len({tuple(image.flatten().tolist()) for image in batch}) == 6


def test_code_in_a_pickle_is_not_executed(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    (tmp_path / "data_batch_1").write_bytes(pickle.dumps({"data": Trap()}, 2))
    with pytest.raises(InputError, match="expected the binary version"):
        image_batch(tmp_path, 1, generator())
    assert not (tmp_path / "sprung").exists()


def save_png(place: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size).save(place)


def truncated(place: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (90, 90, 3), np.uint8)
    Image.fromarray(noise).save(place)
    place.write_bytes(place.read_bytes()[:5000])


def npz_with_false_header(place: Path) -> None:
    """Write an array file whose header states a thousand million images but that contains none."""
    import zipfile

    header = io.BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (10**9, 32, 32, 3)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("images.npy", header.getvalue())


def encrypted_npz(place: Path) -> None:
    np.savez(place, images=known(9))
    content = bytearray(place.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1
    place.write_bytes(content)


def damaged_lzma(place: Path) -> None:
    import zipfile

    header = io.BytesIO()
    np.save(header, known(9))
    with zipfile.ZipFile(place, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("images.npy", header.getvalue())
    content = bytearray(place.read_bytes())
    content[60:90] = bytes(30)
    place.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "write", "message"),
    [
        ("missing", lambda place: None, "no such file or folder"),
        ("a.png", lambda place: place.write_text("not one"), "not a picture, expected one of PNG"),
        ("b.png", truncated, "a damaged picture .* expected an undamaged picture"),
        (
            "deep.tiff",
            lambda place: Image.fromarray(np.full((9, 9), 70_000, np.int32)).save(place),
            "values of 70000 to 70000 in mode I, expected whole numbers of 8 to 16 bits",
        ),
        ("c.png", lambda place: save_png(place, (400, 300)), "at most 100,000"),
        ("d.txt", lambda place: place.write_text("x"), "not a source of images"),
        ("empty", lambda place: place.mkdir(), "no picture, expected files ending in"),
        (
            "few",
            lambda place: (place.mkdir(), save_png(place / "a.png", (9, 9))),
            "1 images, expected at least 4",
        ),
        ("e.npz", lambda place: place.write_text("x"), "cannot be read as an .npz file"),
        ("locked.npz", encrypted_npz, "cannot be read as an .npz file: .*encrypted"),
        ("lzma.npz", damaged_lzma, "cannot be read as an .npz file"),
        (
            "f.npz",
            lambda place: np.savez(place, images=np.zeros((9, 32, 32, 3))),
            "float64 .* expected uint8",
        ),
        ("g.npz", lambda place: np.savez(place, images=np.array([{}])), "object .* expected uint8"),
        (
            "h.npz",
            lambda place: np.savez(place, a=np.zeros(3), b=np.zeros(3)),
            "no arrays with 4 dimensions",
        ),
        ("i.npz", lambda place: np.savez(place, x=known(3)), "3 images, expected at least 4"),
        ("j.npz", npz_with_false_header, "fewer than the 1,000,000,000 images"),
        ("k.bin", lambda place: place.write_bytes(b"x" * 3072), "expected a multiple of 3,073"),
        ("l.bin", lambda place: place.write_bytes(b"\x0a" * 3073), "labels above 9"),
        ("m.bin", lambda place: place.write_bytes(b""), "0 bytes"),
        ("n.tar.gz", lambda place: place.write_bytes(b"x"), "cannot be read: not an archive"),
        ("o.tar.gz", lambda place: tarfile.open(place, "w:gz").close(), "no data_batch_1.bin"),
        (
            "data_batch_1",
            lambda place: place.write_bytes(b"\x80\x02rubbish"),
            "cannot be read|binary version",
        ),
    ],
)
def test_an_invalid_source_is_refused_with_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, write: Callable[[Path], Any], message: str
) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 100_000)
    write(tmp_path / name)
    with pytest.raises(InputError, match=message) as caught:
        image_batch(tmp_path / name, 4, generator())
    assert name in str(caught.value)


def test_pictures_of_16_and_8_bits_are_equal(tmp_path: Path) -> None:
    gray = np.random.default_rng(0).integers(0, 255, (32, 32), np.uint8)
    for name, values in (("eight", gray), ("sixteen", gray.astype(np.uint16) * 257)):
        (tmp_path / name).mkdir()
        Image.fromarray(values).save(tmp_path / name / "a.png")
    eight, sixteen = (image_batch(tmp_path / name, 1, generator()) for name in ("eight", "sixteen"))
    torch.testing.assert_close(eight, sixteen)


def test_an_invalid_picture_in_a_folder_is_reported_by_name(tmp_path: Path) -> None:
    for number in range(3):
        save_png(tmp_path / f"{number}.png", (40, 40))
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(InputError, match=r"broken\.jpg: not a picture"):
        image_batch(tmp_path, 4, generator())
