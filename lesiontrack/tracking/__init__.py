"""Lesion identities of one site over its visits: a track is one lesion, followed."""

from lesiontrack.tracking.follow import track_site
from lesiontrack.tracking.model import STATUSES, Removal, Seed, Sighting, SiteVisit, Track

__all__ = ["STATUSES", "Removal", "Seed", "Sighting", "SiteVisit", "Track", "track_site"]
