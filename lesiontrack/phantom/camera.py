"""The camera: where site millimetres fall in the frame, and what lens and sensor do to the light."""

from __future__ import annotations

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray, Matrix, Pixels, Plane, Points
from lesiontrack.phantom.optics import to_srgb
from lesiontrack.phantom.spec import CameraSpec


def camera_turn(camera: CameraSpec) -> Matrix:
    """(3, 3) site directions (z into the skin) → the camera's: right, down, ahead."""
    roll, tilt_x, tilt_y = np.deg2rad([camera.rotation_deg, camera.tilt_x_deg, camera.tilt_y_deg])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(tilt_x), -np.sin(tilt_x)], [0, np.sin(tilt_x), np.cos(tilt_x)]])
    about_y = np.array([[np.cos(tilt_y), 0, np.sin(tilt_y)], [0, 1, 0], [-np.sin(tilt_y), 0, np.cos(tilt_y)]])
    return np.asarray(about_y @ about_x @ about_z, np.float64)


def site_to_image(camera: CameraSpec) -> Matrix:
    """(3, 3) site mm → pixels of a pinhole camera over the plane of the skin."""
    turn = camera_turn(camera)
    focal = camera.px_per_mm * camera.distance_mm
    intrinsic = np.array([[focal, 0, (camera.width - 1) / 2], [0, focal, (camera.height - 1) / 2], [0, 0, 1]])
    pose = np.stack([turn[:, 0], turn[:, 1], [0.0, 0.0, camera.distance_mm]], axis=1)
    centre = np.array([[1, 0, -camera.look_at_mm[0]], [0, 1, -camera.look_at_mm[1]], [0, 0, 1]])
    matrix = intrinsic @ pose @ centre
    return np.asarray(matrix / matrix[2, 2], np.float64)


def map_points(matrix: Matrix, points: Points) -> Points:
    """(N, 2) through a homography."""
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:], np.float64)


def site_planes(camera: CameraSpec) -> tuple[Plane, Plane]:
    """Site x and y in mm at every pixel centre, (H, W) float32 each."""
    inverse = np.linalg.inv(site_to_image(camera))
    x = np.arange(camera.width)
    y = np.arange(camera.height)[:, None]
    depth = inverse[2, 0] * x + inverse[2, 1] * y + inverse[2, 2]
    across = (inverse[0, 0] * x + inverse[0, 1] * y + inverse[0, 2]) / depth
    down = (inverse[1, 0] * x + inverse[1, 1] * y + inverse[1, 2]) / depth
    return across.astype(np.float32), down.astype(np.float32)


def local_scale(matrix: Matrix, points: Points) -> Plane:
    """px per mm at (N, 2) image points: the root of the area ratio of site mm → pixels there."""
    inverse = np.linalg.inv(matrix)
    depth = np.column_stack([points, np.ones(len(points))]) @ inverse[2]
    area = np.abs(np.linalg.det(inverse) / depth**3)  # mm² per px² of a homography at that point
    return np.asarray(1 / np.sqrt(area), np.float32)


def expose(light: AnyArray, camera: CameraSpec, rng: np.random.Generator) -> Pixels:
    """Linear light (H, W, 3) float32 at the lens → what the sensor gives, (H, W, 3) uint8 sRGB."""
    height, width = light.shape[:2]
    y = (np.arange(height, dtype=np.float32) - (height - 1) / 2)[:, None]
    x = np.arange(width, dtype=np.float32) - (width - 1) / 2
    radius2 = (x * x + y * y) / np.float32((width**2 + height**2) / 4)
    gains = np.asarray(camera.white_balance, np.float32) * np.float32(camera.exposure)
    light = light * (1 - np.float32(camera.vignetting) * radius2)[..., None] * gains
    if camera.second_light != (1.0, 1.0, 1.0):
        away = np.deg2rad(camera.light_deg + 180)
        ramp = x * np.float32(np.cos(away)) / width + y * np.float32(np.sin(away)) / height
        share = np.clip(np.float32(0.5) + np.float32(1.4) * ramp, 0, 1)[..., None]
        light = light * (1 + share * (np.asarray(camera.second_light, np.float32) - 1))
    light = lens_blur(light, camera)
    grain = _grain((height, width), rng)
    light = light + grain * (np.float32(camera.noise) * np.sqrt(np.clip(light, 0.004, 1) / np.float32(0.2)))
    encoded = to_srgb(light)
    if camera.contrast != 1 or camera.saturation != 1:
        grey = encoded.mean(axis=2, keepdims=True)
        encoded = np.float32(118) + np.float32(camera.contrast) * (
            grey + np.float32(camera.saturation) * (encoded - grey) - np.float32(118)
        )
    soft = cv2.GaussianBlur(encoded, (0, 0), 1.2)
    encoded += np.float32(0.35) * (encoded - soft)  # every phone and scanner sharpens
    return np.asarray(np.clip(encoded + 0.5, 0, 255), np.uint8)


def lens_blur(light: AnyArray, camera: CameraSpec) -> AnyArray:
    """Focal blur, then motion along the frame's diagonal."""
    if camera.blur_px > 0:
        light = cv2.GaussianBlur(light, (0, 0), camera.blur_px)
    if camera.motion_px > 1:
        length = round(camera.motion_px) | 1
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, length - 1), (length - 1, length // 3), (1.0,), 1)
        light = cv2.filter2D(light, -1, kernel / kernel.sum())
    return light


def _grain(shape: tuple[int, int], rng: np.random.Generator) -> AnyArray:
    """Unit noise with the slight smear that demosaicing gives it, (H, W, 3) float32."""
    noise = rng.standard_normal((*shape, 3), np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 0.6) * np.float32(1.9))
