"""New codes by keyed hash, and the file of the key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lesiontrack.export import ExportError

MIN_KEY_BYTES = 16
_CODE_CHARACTERS = 10


@dataclass(frozen=True)
class Codes:
    """HMAC-SHA256 (RFC 2104) of what a text stands for and the text, as upper-case base32.

    Without the key nobody can tell which text a code comes from, even where all texts are known. Ten
    characters are 50 bits.
    """

    key: bytes = field(repr=False)

    def code(self, kind: str, text: str, characters: int = _CODE_CHARACTERS) -> str:
        digest = hmac.new(self.key, f"{kind}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return base64.b32encode(digest.digest()).decode()[:characters]

    def patients(self, codes: Iterable[str]) -> dict[str, str]:
        """Old → new code. Raises ExportError where two get the same one."""
        new = {code: f"P{self.code('patient', code)}" for code in codes}
        if len(set(new.values())) < len(new):
            raise ExportError("two patients get the same new code under this key; take another key")
        return new

    def digest(self, text: str) -> str:
        """A 64-digit code in place of a file's own digest: the same for the same file."""
        return hmac.new(self.key, f"file\0{text}".encode(), hashlib.sha256).hexdigest()


def open_key(path: Path | str | None, *, apart_from: Iterable[Path] = ()) -> bytes:
    """The key in the file, made where it isn't there, readable by its owner alone; a passing one for None.

    Raises ExportError for a key in one of the folders `apart_from`, a file that can't be read or made, and
    one that is too short to be a secret.
    """
    if path is None:
        return secrets.token_bytes(32)
    path = Path(path)
    for folder in apart_from:
        if folder.resolve() in (path.resolve(), *path.resolve().parents):
            raise ExportError(
                f"the key {path} lies in {folder}: whoever gets that folder could tell the patients; "
                "keep the key elsewhere"
            )
    try:
        key = path.read_bytes().strip()
    except FileNotFoundError:
        return _new_key(path)
    except OSError as error:
        raise ExportError(f"the key {path} can't be read: {error.strerror}") from error
    if len(key) < MIN_KEY_BYTES:
        raise ExportError(
            f"the key {path} has {len(key)} bytes; it needs {MIN_KEY_BYTES} at least. Name a file that isn't "
            "there, and a key is made"
        )
    return key


def open_to_others(path: Path | str) -> bool:
    """Whether others than the owner may read the file; False where the system doesn't say (Windows)."""
    return os.name == "posix" and bool(Path(path).stat().st_mode & 0o077)


def _new_key(path: Path) -> bytes:
    key = secrets.token_hex(32).encode()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key + b"\n")
    except OSError as error:
        raise ExportError(f"the key {path} can't be made: {error.strerror}") from error
    return key
