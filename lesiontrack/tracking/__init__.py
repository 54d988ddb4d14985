"""Lesion identities of one site over its visits: a track is one lesion, followed."""

from lesiontrack.tracking.follow import track_site
from lesiontrack.tracking.joined import join_regions
from lesiontrack.tracking.model import STATUSES, Removal, Seed, Sighting, SiteVisit, Track

__all__ = ["STATUSES", "Removal", "Seed", "Sighting", "SiteVisit", "Track", "join_regions", "track_site"]
