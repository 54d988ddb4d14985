"""Two photos of one skin site into one frame, on skin only; refusing is a result.

`register` climbs down a ladder and says on which rung it stands:

skin_texture     features of the skin itself, checked by the texture between them
lesion_pattern   three or more lesions in one rigid pattern, at the rulers' scales
lesion_position  one lesion (or two) matched by its place, only where the caller vouches for the site
none             refused, with the reason
"""

from lesiontrack.registration.ladder import register
from lesiontrack.registration.landmarks import register_landmarks
from lesiontrack.registration.model import METHODS, PreparedPhoto, Registration, identity

__all__ = ["METHODS", "PreparedPhoto", "Registration", "identity", "register", "register_landmarks"]
