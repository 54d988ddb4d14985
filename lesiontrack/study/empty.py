"""What to say of a folder from which no photo can be used: what was looked for, and what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from lesiontrack.study.files import PHOTO_SUFFIXES, files_below
from lesiontrack.study.folder import LAYOUT
from lesiontrack.study.model import Failure
from lesiontrack.study.names import clean
from lesiontrack.study.visits import parse_when


def nothing_usable(root: Path, failures: Sequence[Failure], *, listed: bool) -> str:
    """The message. `listed`: the photos come from photos.csv, not from the folders."""
    looked = "the files in photos.csv" if listed else LAYOUT
    head = f"{root} holds no photo that can be used. Looked for {looked}"
    files = [item.path.relative_to(root) for item in files_below(root, root.resolve())]
    if not files:
        return f"{head}; the folder is empty"
    suffixes = Counter(path.suffix.lower() or "no extension" for path in files)
    counts = ", ".join(f"{count} {suffix}" for suffix, count in suffixes.most_common(5))
    photos = [path for path in files if path.suffix.lower() in PHOTO_SUFFIXES]
    if not photos:
        pdf = (
            "; PDFs are not photos: export the pictures in them as JPEG or PNG" if ".pdf" in suffixes else ""
        )
        return f"{head}; found {len(files)} files ({counts}), none of them a photo{pdf}"
    reasons: dict[str, str] = {}
    for failure in failures:
        reasons.setdefault(failure.reason, failure.file)
    told = "".join(f"\n  {file}: {reason}" for reason, file in list(reasons.items())[:3])
    more = f"\n  ({len(reasons) - 3} further reasons)" if len(reasons) > 3 else ""
    return f"{head}; found {counts}.{told}{more}\n{_hint(root, photos)}"


def _hint(root: Path, photos: Sequence[Path]) -> str:
    if any(len(photo.parts) == 2 and _is_visit(photo.parts[0]) for photo in photos):
        return f"Is this the folder of one patient? Then give the folder above it: {root.resolve().parent}"
    deeper = Counter(
        photo.parts[0] for photo in photos if len(photo.parts) == 4 and _is_visit(photo.parts[2])
    )
    if deeper:
        return f"Is the study one folder further down? Then give {root / deeper.most_common(1)[0][0]}"
    return f"For photos in any other order: lesiontrack init {root}"


def _is_visit(name: str) -> bool:
    try:
        parse_when(clean(name))
    except ValueError:
        return False
    return True
