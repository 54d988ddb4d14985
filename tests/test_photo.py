import contextlib
import hashlib
import io
import os
import struct
import sys
import zlib
from datetime import datetime

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

import lesiontrack as lt
from lesiontrack import photo as photo_module
from lesiontrack.colour.cielab import lab_d50_to_linear
from lesiontrack.errors import MissingExtraError, PhotoError
from lesiontrack.photo import decode_photo, encode_jpeg, read_photo
from lesiontrack.srgb import linear_to_srgb
from tests.icc_profiles import (
    ADOBE_RGB,
    DISPLAY_P3,
    SRGB,
    cmyk_profile,
    grey_profile,
    rgb_profile,
    srgb_encode,
    to_srgb,
)

# Six blocks of flat colour, distinct under every rotation and mirroring.
BLOCKS = np.array(
    [[[200, 120, 100], [90, 60, 50], [230, 200, 190]], [[60, 120, 60], [40, 60, 150], [250, 250, 250]]],
    np.uint8,
)


def blocks(side=32):
    return np.kron(BLOCKS, np.ones((side, side, 1), np.uint8))


def sample(pixels, side=32):
    """Middle of each block."""
    return pixels[side // 2 :: side, side // 2 :: side]


def file_bytes(image, fmt, **options):
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    out = io.BytesIO()
    image.save(out, fmt, **options)
    return out.getvalue()


def exif_bytes(orientation=None, taken=None, digitised=None, interoperability=None):
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    exif[0x0132] = "2024:05:06 07:08:09"  # DateTime: an edit date
    if taken is not None:
        exif.get_ifd(0x8769)[0x9003] = taken
    if digitised is not None:
        exif.get_ifd(0x8769)[0x9004] = digitised
    if interoperability is not None:
        exif.get_ifd(0x8769)[0xA005] = {1: interoperability}
    return exif.tobytes()


def as_stored(upright, orientation):
    """How a camera stores an upright picture under an EXIF orientation (the inverse of showing it)."""
    undo = {
        1: lambda p: p,
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.transpose(1, 0, 2),
        6: lambda p: np.rot90(p, 1),
        7: lambda p: p[::-1, ::-1].transpose(1, 0, 2),
        8: lambda p: np.rot90(p, -1),
    }
    return np.ascontiguousarray(undo[orientation](upright))


def close(actual, expected, tolerance):
    difference = np.abs(actual.astype(int) - np.asarray(expected).astype(int))
    assert difference.max() <= tolerance, difference.max()


def test_plain_jpeg(tmp_path):
    data = file_bytes(blocks(), "JPEG", quality=95)
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    photo = lt.read_photo(path)
    assert photo.pixels.shape == (64, 96, 3)
    assert photo.pixels.dtype == np.uint8
    assert (photo.height, photo.width) == (64, 96)
    assert photo.sha256 == hashlib.sha256(data).hexdigest()
    assert photo.taken_at is None
    assert photo.colour_profile == "none"
    assert photo.notes == ()
    close(sample(photo.pixels), BLOCKS, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_orientation(orientation, fmt):
    stored = as_stored(blocks(), orientation)
    options = {"quality": 95} if fmt in ("JPEG", "WEBP", "AVIF") else {}
    photo = decode_photo(file_bytes(stored, fmt, exif=exif_bytes(orientation), **options))
    close(sample(photo.pixels), BLOCKS, 8)


@pytest.mark.parametrize("orientation", [0, 9, 77])
def test_orientation_out_of_range_is_none(orientation):
    photo = decode_photo(file_bytes(blocks(), "JPEG", quality=95, exif=exif_bytes(orientation)))
    close(sample(photo.pixels), BLOCKS, 3)


@pytest.mark.parametrize("orientation", [1, 6, 7])
def test_rotated_display_p3(orientation):
    stored = as_stored(blocks(), orientation)
    profile = rgb_profile(DISPLAY_P3, name="Display P3")
    truth = np.round(to_srgb(BLOCKS / 255, DISPLAY_P3) * 255)
    assert np.abs(truth - BLOCKS).max() > 15, "the profile must matter for this test to mean anything"
    data = file_bytes(stored, "PNG", icc_profile=profile, exif=exif_bytes(orientation))
    photo = decode_photo(data)
    assert photo.colour_profile == "Display P3"
    close(sample(photo.pixels), truth, 1)
    lossy = file_bytes(
        stored, "JPEG", quality=100, subsampling=0, icc_profile=profile, exif=exif_bytes(orientation)
    )
    close(sample(decode_photo(lossy).pixels), truth, 3)


def test_adobe_rgb_by_profile_and_by_camera_mark():
    def gamma(encoded):
        return np.asarray(encoded) ** (563 / 256)

    truth = np.round(to_srgb(BLOCKS / 255, ADOBE_RGB, gamma) * 255)
    assert np.abs(truth - BLOCKS).max() > 15
    by_profile = decode_photo(
        file_bytes(blocks(), "PNG", icc_profile=rgb_profile(ADOBE_RGB, gamma, "Adobe RGB"))
    )
    close(sample(by_profile.pixels), truth, 1)
    assert by_profile.colour_profile == "Adobe RGB"
    marked = file_bytes(blocks(), "JPEG", quality=100, subsampling=0, exif=exif_bytes(interoperability="R03"))
    by_mark = decode_photo(marked)
    close(sample(by_mark.pixels), truth, 3)
    assert by_mark.colour_profile == "Adobe RGB (1998)"
    other = file_bytes(blocks(), "JPEG", quality=100, subsampling=0, exif=exif_bytes(interoperability="R98"))
    close(sample(decode_photo(other).pixels), BLOCKS, 3)


def test_srgb_profile_is_known_by_what_it_does():
    pillows = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (pillows, rgb_profile(SRGB, name="anything")):
        photo = decode_photo(file_bytes(blocks(), "JPEG", quality=100, subsampling=0, icc_profile=profile))
        assert photo.colour_profile == "sRGB"
        close(sample(photo.pixels), BLOCKS, 2)
    liar = rgb_profile(DISPLAY_P3, name="sRGB IEC61966-2.1")
    photo = decode_photo(file_bytes(blocks(), "PNG", icc_profile=liar))
    close(sample(photo.pixels), np.round(to_srgb(BLOCKS / 255, DISPLAY_P3) * 255), 1)


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "TIFF"])
def test_grey(fmt):
    photo = decode_photo(file_bytes(Image.fromarray(blocks()[:, :, 0]), fmt))
    close(sample(photo.pixels), np.repeat(BLOCKS[:, :, :1], 3, axis=2), 4)
    assert "grey photo: no colour to measure" in photo.notes


def test_grey_profile():
    grey = blocks()[:, :, 0]
    photo = decode_photo(file_bytes(Image.fromarray(grey), "PNG", icc_profile=grey_profile(1.8)))
    truth = np.round(srgb_encode((BLOCKS[:, :, :1] / 255) ** 1.8) * 255)
    close(sample(photo.pixels), np.repeat(truth, 3, axis=2), 1)


def test_cmyk_without_profile():
    cmyk = Image.fromarray(blocks()).convert("CMYK")
    photo = decode_photo(file_bytes(cmyk, "JPEG", quality=95))
    close(sample(photo.pixels), BLOCKS, 6)
    assert "CMYK without a colour profile: colours are approximate" in photo.notes


def test_cmyk_with_profile():
    ink = Image.new("CMYK", (64, 64), (0, 0, 0, 0))
    ink.paste((255, 0, 0, 0), (32, 0, 64, 64))

    def lab(c, m, y, k):
        return (0, 0, 0) if k else ((60, 20, -20) if c else (100, 0, 0))

    photo = decode_photo(file_bytes(ink, "TIFF", icc_profile=cmyk_profile(lab, "test ink")))
    assert photo.colour_profile == "test ink"
    close(photo.pixels[32, 16], [255, 255, 255], 1)
    truth = linear_to_srgb(lab_d50_to_linear(np.array([60.0, 20.0, -20.0]))) * 255
    close(photo.pixels[32, 48], np.round(truth), 2)


@pytest.mark.parametrize(
    "profile", [b"", b"junk", b"\0" * 128, rgb_profile(DISPLAY_P3)[:200], grey_profile(2.2)]
)
def test_useless_profile_is_noted(profile):
    photo = decode_photo(file_bytes(blocks(), "PNG", icc_profile=profile))
    close(sample(photo.pixels), BLOCKS, 0)
    assert photo.colour_profile == "none"
    assert bool(photo.notes) == bool(profile)


def png_16(values):
    """16-bit PNG by hand: (H, W), (H, W, 2), (H, W, 3) or (H, W, 4) uint16."""
    channels = 1 if values.ndim == 2 else values.shape[2]
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)

    def chunk(tag, data):
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))

    header = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 16, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_16_bit_png_is_rounded_not_cut():
    values = np.arange(64 * 64 * 3, dtype=np.uint16).reshape(64, 64, 3) * 5 + 100
    photo = decode_photo(png_16(values))
    np.testing.assert_array_equal(photo.pixels, np.round(values / 257).astype(np.uint8))
    assert photo.notes == ("16-bit reduced to 8-bit",)


@pytest.mark.parametrize("channels", [0, 2, 4])
def test_16_bit_png_other_channels(channels):
    grey = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    values = grey if channels == 0 else np.repeat(grey[:, :, None], channels, axis=2)
    if channels:
        values[:, :, -1] = 65535
        values[:8, :, -1] = 0
    photo = decode_photo(png_16(values))
    expected = np.repeat(np.round(grey / 257).astype(np.uint8)[:, :, None], 3, axis=2)
    if channels:
        expected[:8] = 255
        assert "transparent parts laid on white" in photo.notes
    close(photo.pixels, expected, 1)
    assert "16-bit reduced to 8-bit" in photo.notes


def test_16_bit_tiff(tmp_path):
    values = np.linspace(0, 65535, 48 * 64 * 3).astype(np.uint16).reshape(48, 64, 3)
    path = tmp_path / "a.tif"
    assert cv2.imwrite(str(path), values[:, :, ::-1])
    photo = read_photo(path)
    np.testing.assert_array_equal(photo.pixels, np.round(values / 257).astype(np.uint8))
    grey = Image.fromarray(values[:, :, 0])
    assert grey.mode == "I;16"
    out = decode_photo(file_bytes(grey, "TIFF"))
    np.testing.assert_array_equal(out.pixels[:, :, 1], np.round(values[:, :, 0] / 257).astype(np.uint8))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_16_bit_rotated(orientation):
    deep = Image.fromarray(as_stored(blocks(), orientation)[:, :, 0].astype(np.uint16) * 257)
    for fmt in ("PNG", "TIFF"):
        photo = decode_photo(file_bytes(deep, fmt, exif=exif_bytes(orientation)))
        close(sample(photo.pixels)[:, :, 0], BLOCKS[:, :, 0], 0)


def test_alpha_and_palette():
    rgba = np.dstack([blocks(), np.full((64, 96), 255, np.uint8)])
    assert decode_photo(file_bytes(rgba, "PNG")).notes == ()
    rgba[:32, :32, 3] = 0
    rgba[:32, 32:64, 3] = 128
    photo = decode_photo(file_bytes(rgba, "PNG"))
    expected = BLOCKS.astype(float)
    expected[0, 0] = 255
    expected[0, 1] = expected[0, 1] * 128 / 255 + 255 * 127 / 255
    close(sample(photo.pixels), np.round(expected), 1)
    assert photo.notes == ("transparent parts laid on white",)

    palette = Image.fromarray(blocks()).quantize(8)
    close(sample(decode_photo(file_bytes(palette, "PNG")).pixels), BLOCKS, 0)
    close(sample(decode_photo(file_bytes(palette, "GIF")).pixels), BLOCKS, 0)
    see_through = file_bytes(palette, "PNG", transparency=palette.getpixel((5, 5)))
    close(decode_photo(see_through).pixels[5, 5], [255, 255, 255], 0)
    one_bit = Image.fromarray(blocks()[:, :, 0] > 100)
    assert decode_photo(file_bytes(one_bit, "PNG")).pixels.shape == (64, 96, 3)


def test_first_of_several_pages():
    pages = [Image.fromarray(blocks()), Image.new("RGB", (50, 50))]
    photo = decode_photo(file_bytes(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    close(sample(photo.pixels), BLOCKS, 0)
    assert photo.notes == ("first of 2 pages or frames",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023:04:05 06:07:08", datetime(2023, 4, 5, 6, 7, 8)),
        ("2023:04:05 06:07:08\0", datetime(2023, 4, 5, 6, 7, 8)),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2023:13:05 06:07:08", None),
        ("2023-04-05T06:07:08", None),
        ("", None),
        (None, None),
    ],
)
def test_taken_at(text, expected):
    data = file_bytes(blocks(), "JPEG", exif=exif_bytes(taken=text, digitised="2022:01:01 00:00:00"))
    assert decode_photo(data).taken_at == expected


def test_encode_jpeg_carries_no_metadata():
    data = encode_jpeg(blocks(), quality=95)
    image = Image.open(io.BytesIO(data))
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    close(sample(decode_photo(data).pixels), BLOCKS, 3)
    assert len(encode_jpeg(blocks(), quality=30)) < len(data)
    with pytest.raises(ValueError, match="uint8"):
        encode_jpeg(blocks().astype(float), quality=90)
    with pytest.raises(ValueError, match="quality \\(0\\)"):
        encode_jpeg(blocks(), quality=0)


def detailed(side=400):
    noise = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 1.5)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95, 0.999])
def test_cut_off_jpeg(share, progressive):
    thumbnail = file_bytes(detailed(80), "JPEG")
    exif = Image.Exif()
    exif[0x010E] = "x"
    whole = file_bytes(detailed(), "JPEG", quality=90, progressive=progressive, comment=thumbnail, exif=exif)
    assert thumbnail[-2:] == b"\xff\xd9", "an end marker that is not the photo's"
    decode_photo(whole)
    with pytest.raises(PhotoError):
        decode_photo(whole[: int(len(whole) * share)])


def test_jpeg_closed_too_early():
    whole = file_bytes(detailed(), "JPEG", quality=90)
    with pytest.raises(PhotoError, match="breaks off"):
        decode_photo(whole[: len(whole) // 2] + b"\xff\xd9")


def test_jpeg_with_data_after_its_end():
    whole = file_bytes(detailed(), "JPEG", quality=90)
    np.testing.assert_array_equal(decode_photo(whole + b"\0" * 999).pixels, decode_photo(whole).pixels)


@pytest.mark.parametrize("fmt", ["PNG", "TIFF", "WEBP", "AVIF", "BMP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_cut_off_other_formats(fmt, share):
    whole = file_bytes(detailed(), fmt)
    with pytest.raises(PhotoError):
        decode_photo(whole[: int(len(whole) * share)])


def test_cut_off_16_bit_png():
    whole = png_16(detailed().astype(np.uint16) * 200)
    with pytest.raises(PhotoError):
        decode_photo(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "0 bytes"),
        (b"hello", "not a photo"),
        (b"%PDF-1.7\n" + b"x" * 500, "PDF"),
        (bytes(128) + b"DICM" + bytes(100), "DICOM"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a photo"),
    ],
)
def test_not_a_photo(data, message, tmp_path):
    path = tmp_path / "secret-name.jpg"
    path.write_bytes(data)
    with pytest.raises(PhotoError, match=message) as caught:
        read_photo(path)
    assert "secret-name" not in str(caught.value)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(PhotoError, match="No such file"):
        read_photo(tmp_path / "none.jpg")
    with pytest.raises(PhotoError, match="can't be opened"):
        read_photo(tmp_path)


@pytest.mark.parametrize("side", [13_000, 40_000])
def test_too_many_pixels_is_refused_from_the_header(side):
    bomb = bytearray(png_16(np.zeros((1, 1), np.uint16)))
    bomb[16:24] = struct.pack(">II", side, side)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bytes(bomb[12:29])))
    with pytest.raises(PhotoError, match="limit"):
        decode_photo(bytes(bomb))


def test_raw_preview_is_refused():
    tags = Image.Exif()
    tags[50706] = b"\1\4\0\0"
    with pytest.raises(PhotoError, match="raw"):
        decode_photo(file_bytes(blocks(), "TIFF", exif=tags))


def test_floating_point_tiff_is_refused():
    with pytest.raises(PhotoError, match="16 bits"):
        decode_photo(file_bytes(Image.fromarray(np.ones((40, 40), np.float32)), "TIFF"))


def heic(pixels, **options):
    pillow_heif = pytest.importorskip("pillow_heif", reason="needs the extra heif")
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(pixels)).save(out, quality=95, **options)
    return out.getvalue()


@pytest.mark.parametrize("orientation", [1, 6, 3])
def test_heic(orientation):
    exif = exif_bytes(orientation, taken="2023:04:05 06:07:08")
    profile = rgb_profile(DISPLAY_P3, name="Display P3")
    data = heic(as_stored(blocks(64), orientation), exif=exif, icc_profile=profile)
    photo = decode_photo(data)
    close(sample(photo.pixels, 64), np.round(to_srgb(BLOCKS / 255, DISPLAY_P3) * 255), 8)
    assert photo.taken_at == datetime(2023, 4, 5, 6, 7, 8)
    assert photo.colour_profile == "Display P3"
    with pytest.raises(PhotoError):
        decode_photo(data[: len(data) // 2])


def test_heic_without_the_extra(monkeypatch):
    data = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(PhotoError, match=r"pip install 'lesiontrack\[heif\]'"):
        decode_photo(data)
    with pytest.raises(MissingExtraError):
        decode_photo(data)


def test_heic_with_an_old_package(monkeypatch):
    pillow_heif = pytest.importorskip("pillow_heif", reason="needs the extra heif")
    monkeypatch.setattr(pillow_heif, "__version__", "1.7.9")
    with pytest.raises(PhotoError, match=r"1\.7\.9"):
        decode_photo(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))


def test_unexpected_decoder_error_is_a_photo_error(monkeypatch):
    def broken(data):
        raise KeyError("deep inside")

    monkeypatch.setattr(photo_module, "_open", broken)
    with pytest.raises(PhotoError, match="damaged"):
        decode_photo(b"x")


SEEDS = [
    file_bytes(blocks(8), "JPEG", exif=exif_bytes(6, "2023:04:05 06:07:08"), icc_profile=rgb_profile(SRGB)),
    file_bytes(blocks(8), "JPEG", progressive=True),
    file_bytes(Image.fromarray(blocks(8)).convert("CMYK"), "JPEG"),
    file_bytes(blocks(8), "PNG", icc_profile=rgb_profile(DISPLAY_P3)),
    png_16(np.zeros((8, 8, 3), np.uint16)),
    file_bytes(blocks(8), "TIFF", exif=exif_bytes(5)),
    file_bytes(blocks(8), "WEBP"),
    file_bytes(blocks(8), "GIF"),
    file_bytes(blocks(8), "BMP"),
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.sampled_from(SEEDS),
    edits=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8),
    cut=st.floats(0, 1),
)
def test_mutated_files_raise_only_photo_errors(seed, edits, cut):
    data = bytearray(seed)
    for where, value in edits:
        data[int(where * len(data))] = value
    if cut < 0.3:
        data = data[: int(len(data) * cut * 3)]
    with contextlib.suppress(PhotoError):
        photo = decode_photo(bytes(data))
        assert photo.pixels.ndim == 3
        assert photo.pixels.shape[2] == 3


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(
        [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"\0\0\0\x18ftypheic", b"GIF89a"]
    ),
)
def test_random_bytes_raise_only_photo_errors(tail, magic):
    with pytest.raises(PhotoError):
        decode_photo(magic + tail)


@pytest.mark.skipif("LESIONTRACK_DATA" not in os.environ, reason="LESIONTRACK_DATA is not set")
def test_real_photos():
    from pathlib import Path

    data = Path(os.environ["LESIONTRACK_DATA"])
    paths = (
        sorted((data / "nci_study").glob("*/*/*.jpg"))[::6] + sorted((data / "fuseg/images").iterdir())[::100]
    )
    assert len(paths) > 12
    for path in paths:
        photo = read_photo(path)
        if photo.colour_profile == "none":
            np.testing.assert_array_equal(photo.pixels, cv2.imread(str(path))[:, :, ::-1])
