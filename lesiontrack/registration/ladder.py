"""The ladder: the best rung that holds, or a refusal with the reasons of all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lesiontrack.photo import Photo
from lesiontrack.registration.model import PreparedPhoto, Registration, identity
from lesiontrack.registration.pattern import by_pattern
from lesiontrack.registration.position import by_position
from lesiontrack.registration.texture import by_texture


def register(
    moving: Photo | PreparedPhoto, fixed: Photo | PreparedPhoto, same_site: bool = False
) -> Registration:
    """Maps one photo of a skin site onto another, or refuses.

    Args:
        moving, fixed: photos, or photos with their masks, scale and lesions. A bare photo is segmented, its
            scale looked for and its lesions measured first.
        same_site: the caller vouches that both show the same site (as a study folder does). Only then is the
            rung lesion_position open, which can't tell another site from this one.

    Returns:
        The first rung of the ladder that holds: skin_texture, lesion_pattern, lesion_position. A refusal
        (method "none") gives the reason of each rung that was tried, and the confidence of the texture map
        that was not believed.
    """
    moving, fixed = _prepared(moving), _prepared(fixed)
    shapes = moving.segmentation.shape, fixed.segmentation.shape
    if moving.photo is fixed.photo:
        return identity(shapes[0])
    if np.array_equal(moving.photo.pixels, fixed.photo.pixels):
        same = identity(shapes[0])
        return replace(same, reason="the same picture", evidence=("two files hold the same picture",))
    tried = [by_texture(moving, fixed)]
    if not tried[-1].accepted:
        tried.append(by_pattern(moving, fixed, same_site=same_site))
    if not tried[-1].accepted and same_site:
        tried.append(by_position(moving, fixed))
    last = tried[-1]
    if last.accepted:
        return last
    reason = "; ".join(attempt.reason for attempt in tried)
    return replace(last, confidence=tried[0].confidence, reason=reason)


def _prepared(photo: Photo | PreparedPhoto) -> PreparedPhoto:
    if isinstance(photo, PreparedPhoto):
        return photo
    from lesiontrack.measurement import find_lesions
    from lesiontrack.scale import find_scale
    from lesiontrack.segmentation import segment

    segmentation, scale = segment(photo), find_scale(photo)
    return PreparedPhoto(photo, segmentation, scale, tuple(find_lesions(segmentation, scale)))
