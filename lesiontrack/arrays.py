"""Names for the array shapes that travel between stages.

Points are x right, y down, at pixel centres, in the upright photo.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # (H, W, 3) sRGB
Mask = NDArray[np.bool_]  # (H, W)
Plane = NDArray[np.float32]  # (H, W)
Points = NDArray[np.float64]  # (N, 2) x, y
Matrix = NDArray[np.float64]  # (3, 3) homogeneous, acts on column vectors (x, y, 1)
AnyArray = NDArray[Any]
