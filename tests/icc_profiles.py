"""ICC profiles written out byte by byte, so that tests know exactly what they mean."""

import struct

import numpy as np

D50 = (0.9642, 1.0, 0.8249)
# Chromaticities of red, green, blue; all with a D65 white.
DISPLAY_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
_D65 = (0.3127, 0.3290)


def primaries_to_xyz(primaries):
    """(3, 3) linear RGB → XYZ with Y of white 1."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    x, y = _D65
    white = np.array([x / y, 1, (1 - x - y) / y])
    return columns * np.linalg.solve(columns, white)


def srgb_decode(encoded):
    encoded = np.asarray(encoded, float)
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def srgb_encode(linear):
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def to_srgb(encoded, primaries, decode=srgb_decode):
    """Exact truth: (..., 3) floats 0..1 in another RGB space of D65 → sRGB 0..1, clipped."""
    matrix = np.linalg.inv(primaries_to_xyz(SRGB)) @ primaries_to_xyz(primaries)
    return srgb_encode(decode(encoded) @ matrix.T)


def rgb_profile(primaries, decode=srgb_decode, name="test"):
    bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    matrix = primaries_to_xyz(primaries)
    gain = (bradford @ D50) / (bradford @ matrix.sum(axis=1))
    adapted = np.linalg.inv(bradford) @ (gain[:, None] * bradford) @ matrix
    curve = _curve(decode(np.linspace(0, 1, 4096)))
    tags = {b"rXYZ": _xyz(adapted[:, 0]), b"gXYZ": _xyz(adapted[:, 1]), b"bXYZ": _xyz(adapted[:, 2])}
    return _profile(b"RGB ", b"XYZ ", tags | {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}, name)


def grey_profile(gamma, name="grey"):
    return _profile(b"GRAY", b"XYZ ", {b"kTRC": _curve(np.linspace(0, 1, 4096) ** gamma)}, name)


def cmyk_profile(lab_of_corners, name="cmyk"):
    """`lab_of_corners`: function of (c, m, y, k) in {0, 1} → L*, a*, b* (D50); linear in between."""
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0])
    lut += b"".join(_fixed(v) for v in np.eye(3).ravel())
    lut += bytes(range(256)) * 4
    for index in np.ndindex(2, 2, 2, 2):
        lightness, a, b = lab_of_corners(*index)
        lut += bytes([round(lightness * 2.55), round(a) + 128, round(b) + 128])
    lut += bytes(range(256)) * 3
    return _profile(b"CMYK", b"Lab ", {b"A2B0": lut}, name, kind=b"prtr")


def _fixed(value):
    return struct.pack(">i", round(float(value) * 65536))


def _xyz(values):
    return b"XYZ " + bytes(4) + b"".join(_fixed(v) for v in values)


def _curve(values):
    table = np.round(np.asarray(values) * 65535).astype(">u2").tobytes()
    return b"curv" + bytes(4) + struct.pack(">I", len(table) // 2) + table


def _profile(space, pcs, tags, name, kind=b"mntr"):
    text = name.encode() + b"\0"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": _xyz(D50),
        **tags,
    }
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for tag, data in tags.items():
        table += tag + struct.pack(">II", offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = bytearray(128)
    header[8:12] = b"\x02\x40\0\0"
    header[12:24] = kind + space + pcs
    header[36:40] = b"acsp"
    header[68:80] = b"".join(_fixed(v) for v in D50)
    whole = bytes(header) + table + body
    return struct.pack(">I", len(whole)) + whole[4:]
