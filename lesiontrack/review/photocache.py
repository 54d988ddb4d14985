"""Decoded photos for the server: read once, few kept, and none whose file changed since the run."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from lesiontrack.errors import PhotoError
from lesiontrack.photo import Photo, read_photo

MOST_BYTES = 400_000_000


class PhotoCache:
    """The photos used last, `most_bytes` of pixels at most, but always the last one. For several threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, tuple[tuple[int, int], Photo]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: Path, sha256: str) -> Photo:
        """The photo at `path`, if its bytes are still those of `sha256`.

        Raises PhotoError, in a plain sentence, where it can't be read or is another one by now.
        """
        with self._lock:
            stamp = _stamp(path)
            kept = self._kept.get(sha256)
            if kept is not None and kept[0] == stamp:
                self._kept.move_to_end(sha256)
                return kept[1]
            self._kept.pop(sha256, None)
            photo = read_photo(path)
            if photo.sha256 != sha256:
                raise PhotoError(
                    "the photo's file was changed after the run; run `lesiontrack run` again first"
                )
            self._kept[sha256] = (stamp, photo)
            self._drop()
            return photo

    def _drop(self) -> None:
        total = sum(photo.pixels.nbytes for _, photo in self._kept.values())
        while total > self._most_bytes and len(self._kept) > 1:
            _, (_, photo) = self._kept.popitem(last=False)
            total -= photo.pixels.nbytes


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise PhotoError(
            f"the photo can't be opened ({error.strerror or type(error).__name__}); is the study folder "
            "where it was?"
        ) from error
    return found.st_mtime_ns, found.st_size
