"""The folder convention: PATIENT/VISIT/SITE.jpg, with SITE_2.jpg as another view of SITE."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path, PurePosixPath

from lesiontrack.errors import StudyError
from lesiontrack.study.files import PHOTO_SUFFIXES, Item, files_below, items, refusal
from lesiontrack.study.listing import STAGE, Listing
from lesiontrack.study.model import Failure, PhotoEntry
from lesiontrack.study.names import clean
from lesiontrack.study.visits import When, parse_when

LAYOUT = "PATIENT/VISIT/SITE.jpg, for example PT001/2024-03-04/left-calf.jpg"

_MOST_FAILURES = 1_000_000

_VIEW = re.compile(r"(.+)_([0-9]{1,2})", re.DOTALL)


def walk(root: Path, without: Collection[str] = ()) -> Listing:
    """Photos by the folder convention. A folder counts as a patient where it holds a visit or a photo.

    The files of the paths in `without` count as not there, but for this: left-calf_2.jpg stays a view of
    left-calf.jpg.

    Raises StudyError where the study folder can't be listed, or two patient folders have one name.
    """
    return _Walk(root, without).run()


class _Walk:
    def __init__(self, root: Path, without: Collection[str]) -> None:
        self.root = root
        self.without = without
        self.resolved = root.resolve()
        self.photos: list[PhotoEntry] = []
        self.visits: dict[str, tuple[When, ...]] = {}
        self.failures: list[Failure] = []
        self.emptied: set[str] = set()

    def run(self) -> Listing:
        try:
            found = self._kept(items(self.root, self.resolved))
        except OSError as error:
            raise StudyError(f"{self.root} can't be listed: {error.strerror or error}") from error
        folders: dict[str, Item] = {}
        for item in found:
            if item.is_photo:
                self._fail(item, f"lies in the study folder itself; photos lie at {LAYOUT}")
            elif item.is_dir and item.trouble:
                self._fail_folder(item, item.trouble)
            elif item.is_dir:
                code = clean(item.name)
                if code in folders:
                    raise StudyError(
                        f"folders {folders[code].name!r} and {item.name!r} are one patient code; rename one"
                    )
                folders[code] = item
        for code, item in folders.items():
            self._patient(code, item)
        return Listing(tuple(self.photos), self.visits, tuple(self.failures), emptied=frozenset(self.emptied))

    def _patient(self, code: str, folder: Item) -> None:
        visits: list[When] = []
        has_photo = False
        for item in self._kept(self._items(folder)):
            if item.is_photo:
                has_photo = True
                self._fail(item, f"lies in the patient's folder, not in a visit's; photos lie at {LAYOUT}")
            elif item.is_dir and item.trouble:
                self._fail_folder(item, item.trouble)
            elif item.is_dir:
                try:
                    when = parse_when(clean(item.name))
                except ValueError as error:
                    has_photo |= self._fail_folder(item, f"its folder can't be read as a visit: {error}")
                    continue
                if any(when.text == other.text for other in visits):
                    self._fail_folder(item, f"another folder is visit {when.text} too; rename one")
                elif self._visit(code, when, item):
                    visits.append(when)
        if visits or has_photo:
            self.visits[code] = tuple(visits)
        elif any(PurePosixPath(path).parts[0] == folder.path.name for path in self.without):
            self.emptied.add(code)

    def _visit(self, patient: str, when: When, folder: Item) -> bool:
        """Take a visit's photos; True where it holds any, usable or not."""
        photos = []
        found = self._items(folder)
        kept = self._kept(found)
        for item in kept:
            if item.is_dir:
                deeper = f"lies deeper than a visit's folder; photos lie at {LAYOUT}"
                self._fail_folder(item, item.trouble or deeper)
                continue
            reason = item.trouble or refusal(item.path)
            if reason:
                self._fail(item, reason)
            else:
                photos.append(item)
        stems = frozenset(_stem(item) for item in found if item.is_photo)
        taken: dict[tuple[str, int], str] = {}
        for item in photos:
            site, view = site_and_view(_stem(item), stems)
            first = taken.setdefault((site, view), item.name)
            if first != item.name:
                what = f"site {site!r}" if view == 1 else f"view {view} of site {site!r}"
                self._fail(
                    item, f"two files for one site: {first} is {what} already; name a second view {site}_2"
                )
                continue
            self.photos.append(PhotoEntry(item.path, self._relative(item), patient, when.text, site, view))
        return any(item.is_photo for item in kept)

    def _items(self, folder: Item) -> Sequence[Item]:
        try:
            return items(folder.path, self.resolved)
        except OSError as error:
            self._fail(folder, f"the folder can't be listed: {error.strerror or error}")
            return ()

    def _fail_folder(self, folder: Item, reason: str) -> bool:
        """Every photo below becomes a failure, a link the failure itself; True where there was one."""
        if folder.path.is_symlink():
            self._fail(folder, folder.trouble or f"a link to a folder; {reason}")
            return True
        below = self._kept(files_below(folder.path, self.resolved, most=_MOST_FAILURES))
        photos = [item for item in below if item.is_photo]
        for item in photos:
            self._fail(item, reason)
        if not photos and folder.suffix in PHOTO_SUFFIXES:
            self._fail(folder, "a folder, not a photo")
        return bool(photos)

    def _kept(self, found: Iterable[Item]) -> list[Item]:
        return [
            item for item in found if item.is_dir or item.trouble or self._relative(item) not in self.without
        ]

    def _fail(self, item: Item, reason: str) -> None:
        self.failures.append(Failure(self._relative(item), STAGE, reason))

    def _relative(self, item: Item) -> str:
        return (
            item.path.relative_to(self.root)
            .as_posix()
            .encode(errors="surrogateescape")
            .decode(errors="replace")
        )


def site_and_view(stem: str, stems: frozenset[str]) -> tuple[str, int]:
    """Site and view of a photo, given the stems of all photos of its visit.

    "left-calf_2" is view 2 of "left-calf" where that is there and not itself a view; otherwise a site.
    """
    match = _VIEW.fullmatch(stem)
    if match and match[1] in stems and int(match[2]) > 0 and site_and_view(match[1], stems)[0] == match[1]:
        return match[1], int(match[2])
    return stem, 1


def _stem(item: Item) -> str:
    return clean(Path(item.name).stem)
