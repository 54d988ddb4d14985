"""Names that devices and programs give: cameras, phones, messengers, screenshots, and marks of copies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

CAMERA, MESSENGER, SCREENSHOT = "camera", "messenger", "screenshot"

_DATE = r"(?P<y>\d{4})[-_. ]?(?P<m>\d{2})[-_. ]?(?P<d>\d{2})"
_REST = r"(?:[\sT_.-]*(?:at|um|à)?[\sT_.-]*\d{1,2}[\d.:hHmMs_-]*(?:\s*[AP]M)?)?"
_DATED = (
    (MESSENGER, re.compile(rf"(?:IMG|PHOTO|VID)-{_DATE}-WA\d+", re.I)),
    (MESSENGER, re.compile(rf"WhatsApp[\s_-]*(?:Image|Bild|Photo)[\s_-]*{_DATE}{_REST}", re.I)),
    (MESSENGER, re.compile(rf"signal[\s_-]*{_DATE}[\d_-]*", re.I)),
    (MESSENGER, re.compile(rf"photo_{_DATE}{_REST}", re.I)),
    (
        SCREENSHOT,
        re.compile(
            rf"(?:Screen[\s_-]?shot|Bildschirmfoto|Screen Capture)[\s_-]*{_DATE}{_REST}(?:_\w+)?", re.I
        ),
    ),
    (
        CAMERA,
        re.compile(
            rf"(?:PXL|IMG|MVIMG|PANO|BURST|DSC|P|PIC)?[\s_-]?{_DATE}[\s_T-]?\d{{6,9}}"
            r"(?:[._-](?:MP|PORTRAIT|COVER|NIGHT|BURST\d*|HDR|RAW))*",
            re.I,
        ),
    ),
)  # fmt: skip
_PLAIN = (
    (SCREENSHOT, re.compile(r"(?:Screen[\s_-]?shot|Bildschirmfoto)[\s_-]*\d*", re.I)),
    (
        CAMERA,
        re.compile(
            r"(?:_MG|_?(?:IMG|DSC[NF]?|PICT|CIMG|SAM|GOPR|MVIMG|PXL|SDC|HPIM|KIF|IMGP|DJI)|DCIM)[\s_-]?E?\d{1,6}"
            r"|P\d{6,7}|1\d\d[_-]\d{4}|(?:image|photo|foto|bild|scan|picture|pic|img)[\s_-]*\d{0,6}"
            r"|[0-9A-F]{8}(?:-?[0-9A-F]{4}){3}-?[0-9A-F]{12}|FB_IMG_\d+|\d{13}|received_\d+",
            re.I,
        ),
    ),
)
_FOLDER = re.compile(
    r"\d{3}_?(?:APPLE|CANON|MSDCF|PANA|NIKON|OLYMP|FUJI|MEDIA|ANDRO|GOPRO|ND\w+|D\d+|CLOUD)|DCIM|Camera Roll",
    re.I,
)

_COPY_HEAD = re.compile(r"(?:kopie|copy|copie)\s*(?:\(\d+\)\s*)?(?:von|of|de)\s+", re.I)
_COPY_TAIL = re.compile(
    r"(?:[\s_-]*(?P<n>\(\d{1,3}\))|~\d{1,2}"
    r"|[\s_-]+(?:edited|edit|bearbeitet|copy|kopie|cropped|crop|zugeschnitten|klein|small|resized)(?:[\s_-]*\d{1,2})?)$",
    re.I,
)
_IPHONE_EDIT = re.compile(r"IMG_E(?P<n>\d{4})", re.I)


@dataclass(frozen=True)
class DeviceName:
    """`taken`: the date in the name. `kind`: camera, messenger or screenshot."""

    kind: str
    taken: date | None = None


def device_name(stem: str) -> DeviceName | None:
    """What a file name without extension says if a device gave it; None for names that people gave."""
    for kind, pattern in _DATED:
        match = pattern.fullmatch(stem)
        if match:
            try:
                return DeviceName(kind, date(int(match["y"]), int(match["m"]), int(match["d"])))
            except ValueError:
                continue
    for kind, pattern in _PLAIN:
        if pattern.fullmatch(stem):
            return DeviceName(kind)
    return None


def is_camera_folder(name: str) -> bool:
    """100APPLE, DCIM and the like: folders that cameras make."""
    return _FOLDER.fullmatch(name.strip()) is not None


@dataclass(frozen=True)
class CopyName:
    """A file name that says "made from another file".

    Attributes:
        base: the name of that other file, without extension.
        number: of "name (2)", which people also write for a second photo; else None.
    """

    base: str
    number: int | None = None


def copy_name(stem: str) -> CopyName | None:
    """IMG_1234 (1), IMG_1234_edited, IMG_E1234, Kopie von IMG_1234, 20240304_101233~2; else None."""
    base, number = stem.strip(), None
    for _ in range(4):
        head = _COPY_HEAD.match(base)
        if head:
            base = base[head.end() :]
            continue
        tail = _COPY_TAIL.search(base)
        if tail is None or not tail.start():
            break
        if tail["n"]:
            number = int(tail["n"][1:-1])
        base = base[: tail.start()].rstrip(" -_")
    edit = _IPHONE_EDIT.fullmatch(base)
    if edit:
        base = f"IMG_{edit['n']}"
    return CopyName(base, number) if base and base != stem.strip() else None
