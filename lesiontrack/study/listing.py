"""What a study's photos are before days are counted: the common result of folder walk and photos.csv."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lesiontrack.study.model import Failure, PhotoEntry
from lesiontrack.study.visits import When

STAGE = "study"


@dataclass(frozen=True)
class Listing:
    """Photos and visits as they were found.

    Attributes:
        photos: entries whose `visit` is one of the patient's visits.
        visits: patient → visits that took place, also those without a usable photo.
        failures: files that can't be used.
        set_aside: photos that were left out on request, as a list of photos has them.
        emptied: patients of whom nothing is left, as all their photos were left out.
    """

    photos: tuple[PhotoEntry, ...] = ()
    visits: Mapping[str, tuple[When, ...]] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    set_aside: Mapping[str, PhotoEntry] = field(default_factory=dict)
    emptied: frozenset[str] = frozenset()

    def without_visit(self, patient: str, visit: str, reason: str) -> Listing:
        """The same, with the photos of one visit turned into failures."""
        refused = {photo: None for photo in self.photos if (photo.patient, photo.visit) == (patient, visit)}
        return replace(
            self,
            photos=tuple(photo for photo in self.photos if photo not in refused),
            visits={
                code: tuple(when for when in whens if (code, when.text) != (patient, visit))
                for code, whens in self.visits.items()
            },
            failures=self.failures + tuple(Failure(photo.relative, STAGE, reason) for photo in refused),
        )
