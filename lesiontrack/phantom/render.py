"""One photograph of a site on one visit, with its truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray, Mask, Matrix, Pixels, Plane, Points
from lesiontrack.phantom.backdrop import paint_backdrop
from lesiontrack.phantom.body import paint_glove
from lesiontrack.phantom.camera import expose
from lesiontrack.phantom.cards import CardTruth, card_truth, paint_card
from lesiontrack.phantom.covers import paint_cover, paint_drape
from lesiontrack.phantom.drawn import paint_hairs, paint_ring
from lesiontrack.phantom.files import compress
from lesiontrack.phantom.layers import Layers, begin
from lesiontrack.phantom.lesions import Grown, frame_noise, grow, paint_lesion, paint_ulcer
from lesiontrack.phantom.marks import aftermath, paint_mark, redden
from lesiontrack.phantom.optics import PIGMENT, delta_a, haemoglobin_for, reflectance
from lesiontrack.phantom.overlay import lay_over
from lesiontrack.phantom.ruler import paint_ruler, ruler_ticks
from lesiontrack.phantom.skin import make_sheet, stream
from lesiontrack.phantom.spec import CameraSpec, SiteSpec, VisitSpec, at_day
from lesiontrack.phantom.truth import LesionTruth, lesion_truths
from lesiontrack.phantom.view import View, pixel_centres
from lesiontrack.phantom.wounds import inflame_wound, paint_wound


@dataclass(frozen=True, eq=False)
class RenderedPhoto:
    """A rendered photo and what is true of it.

    Attributes:
        pixels: (H, W, 3) uint8 sRGB, as decoded from `jpeg`.
        jpeg: the file's bytes, without metadata, turned as the visit's EXIF orientation says.
        masks: each name of study.MASK_BITS → (H, W) bool. Lesion and ulcer are what
            is in view of them: not under a ruler, crust or dressing, but counted on under hair and ink.
            Erythema is where delta_a is 2 or more, on skin that is no lesion. "naevus" is incidental naevi,
            freckles and angiomas under 3 mm, in view, which no study counts as lesions: not for or against
            them. "crust" is the part of obstruction that is dry crust, which some call part of an ulcer;
            "hair" the part that is single hairs, which nobody outlines by hand.
        lesion_masks: name → (H, W) bool, each lesion's whole outline, hidden or not.
        lesions: the truth of each lesion that is there or was there before.
        view: the map between pixels and site mm, which are the same at every visit of a site.
        to_site: (3, 3) pixels → site mm of flat skin; on a round limb, of the plane that touches it.
        delta_a: (H, W) float32, CIELAB a* (D65, no camera) minus that of the same skin without inflammation.
        field_delta_a: its mean over the treated field in view: no lesion, ulcer or obstruction; None outside.
        treated: (H, W) bool, within the site's treated margin of a lesion.
        ruler_ticks: (N, 2) image points of the ruler's millimetre ticks at its edge; empty without a ruler.
        cards: where colour and marker cards lie, and their colours.
    """

    pixels: Pixels
    jpeg: bytes
    masks: Mapping[str, Mask]
    lesion_masks: Mapping[str, Mask]
    lesions: tuple[LesionTruth, ...]
    view: View
    to_site: Matrix
    delta_a: Plane
    field_delta_a: float | None
    treated: Mask
    ruler_ticks: Points
    cards: tuple[CardTruth, ...] = ()

    @property
    def from_site(self) -> Matrix:
        """(3, 3) site mm → pixels."""
        return np.asarray(np.linalg.inv(self.to_site), np.float64)

    def px_per_mm_at(self, points: Points) -> Plane:
        """(N, 2) image points → (N,) px per mm there (root of the area ratio); NaN beside a round limb."""
        return self.view.px_per_mm(points)

    @property
    def site_mm(self) -> AnyArray:
        """(H, W, 2) float32, the dense map: site mm at every pixel, NaN where the limb isn't."""
        x, y, skin = self.view.planes()
        return np.where(skin[..., None], np.stack([x, y], axis=-1), np.float32(np.nan))

    @property
    def px_per_mm(self) -> Plane:
        """(H, W) float32, px per mm at every pixel."""
        height, width = self.pixels.shape[:2]
        scale = self.px_per_mm_at(pixel_centres((height, width)))
        return np.asarray(scale.reshape(height, width), np.float32)


def render_visit(site: SiteSpec, visit: VisitSpec, *, seed: int) -> RenderedPhoto:
    """Render one visit. The same arguments give the same pixels; the seed stands for the patient's skin."""
    camera = visit.camera
    sheet = make_sheet(site, seed, _sheet_scale(camera))
    view = View(camera, site.limb_radius_mm)
    layers = begin(sheet, view)
    _fill_vessels(layers, stream(seed, site.name, "vessels", visit.day))
    grown = grow(site, visit.day, seed)
    treated = _inflame(layers, site, grown, visit.day)
    for wound in visit.wounds:
        inflame_wound(layers, wound, seed)
    for mark in visit.marks:
        redden(layers, mark, seed)
    redness = _true_delta_a(layers)
    layers.haemoglobin += layers.added
    for mark in filter(None, (aftermath(one, visit.day) for one in grown)):
        paint_mark(layers, mark, seed)
    outlines = {one.spec.name: paint_lesion(layers, one, seed, site.name) for one in grown}
    for one in grown:
        paint_ulcer(layers, one, seed, site.name)
    for mark in visit.marks:
        paint_mark(layers, mark, seed)
    for wound in visit.wounds:
        paint_wound(layers, wound, seed)
    paint_hairs(layers, site, seed, visit.day, camera.light_deg)
    for ring in visit.rings:
        paint_ring(layers, ring, seed, visit.day)
    for cover in visit.covers:
        paint_cover(layers, cover, seed, camera.light_deg)
    paint_drape(layers, site, visit, seed)
    if visit.backdrop is not None:
        paint_backdrop(layers, visit.backdrop, seed, camera.light_deg)
    ticks = np.zeros((0, 2))
    if visit.ruler is not None:
        paint_ruler(layers, visit.ruler, camera.light_deg)
        ticks = ruler_ticks(visit.ruler, layers.to_image)
    for card in visit.cards:
        paint_card(layers, card, camera.light_deg)
    for glove in visit.gloves:
        paint_glove(layers, glove, seed, camera.light_deg)
    pixels = expose(_light(layers, camera), camera, stream(seed, site.name, "sensor", visit.day))
    if visit.overlay is not None:
        pixels, text, black = lay_over(pixels, visit.overlay)
        layers.ink |= text
        layers.background |= black
        layers.hidden &= ~black
    jpeg, pixels = compress(pixels, camera.jpeg_quality, visit.exif_orientation)
    masks = _masks(layers, redness)
    field = treated & masks["skin"] & ~layers.lesion & ~layers.ulcer & ~masks["obstruction"]
    return RenderedPhoto(
        pixels=pixels,
        jpeg=jpeg,
        masks=masks,
        lesion_masks=outlines,
        lesions=lesion_truths(site, visit, grown, outlines, layers.hidden | layers.background, view),
        view=view,
        to_site=np.asarray(np.linalg.inv(view.tangent), np.float64),
        delta_a=redness,
        field_delta_a=float(redness[field].mean()) if field.any() else None,
        treated=treated,
        ruler_ticks=ticks,
        cards=tuple(card_truth(card, layers.to_image) for card in visit.cards),
    )


def _sheet_scale(camera: CameraSpec) -> float:
    """Resolution of the skin: the photo's, in steps, so that the visits of a site share one sheet."""
    if camera.px_per_mm < 4:
        return float(max(np.ceil(1.15 * camera.px_per_mm), 2))
    return float(min(2 * np.ceil(camera.px_per_mm / 2 + 0.25), 40))


def _fill_vessels(layers: Layers, rng: np.random.Generator) -> None:
    """Blood of the resting skin is not where it was on another day: some of its texture is new."""
    change = 1 + 0.07 * frame_noise(layers, 3.5, rng) + 0.08 * frame_noise(layers, 1.1, rng)
    layers.haemoglobin *= np.clip(change + 0.08 * frame_noise(layers, 0.4, rng), 0.4, None)


def _inflame(layers: Layers, site: SiteSpec, grown: tuple[Grown, ...], day: float) -> Mask:
    """Turn the erythema blotches into added haemoglobin; gives the treated area."""
    away = np.full(layers.shape, np.inf, np.float32)
    for one in grown:
        spec = one.spec
        reach = np.float32(np.sqrt(spec.axes_mm[0] * spec.axes_mm[1]) / 2)
        dx, dy = layers.x - np.float32(spec.position_mm[0]), layers.y - np.float32(spec.position_mm[1])
        np.minimum(away, np.hypot(dx, dy) - reach, out=away)
    amount = np.float32(haemoglobin_for(at_day(site.erythema, day), site.skin))
    near = 0.90 + 0.25 * np.exp(-np.clip(away, 0, None) / np.float32(9))
    edge = np.clip((np.float32(site.treated_margin_mm) - away) / np.float32(6), 0, 1)
    layers.added = np.asarray(layers.added * amount * near * edge, np.float32)
    return np.asarray(away <= site.treated_margin_mm)


def _true_delta_a(layers: Layers) -> Plane:
    """a* difference of the skin without lesions, at half resolution, as it has no sharp edges."""
    if not layers.added.any():
        return np.zeros(layers.shape, np.float32)
    size = (layers.shape[1] // 2, layers.shape[0] // 2)
    melanin, blood, added = (
        cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        for plane in (layers.melanin, layers.haemoglobin, layers.added)
    )
    half = delta_a(melanin, blood, added).astype(np.float32)
    return np.asarray(cv2.resize(half, (layers.shape[1], layers.shape[0])), np.float32)


def _light(layers: Layers, camera: CameraSpec) -> AnyArray:
    """Reflectance, relief, shadows and highlights → linear light at the lens."""
    skin = reflectance(layers.melanin, layers.haemoglobin)
    skin *= np.exp(-layers.pigment[..., None] * PIGMENT)
    skin *= layers.stain
    over = layers.painted[..., None]
    colour = skin * (1 - over) + layers.paint * over
    scale = np.float32(camera.px_per_mm / 8)  # Sobel sums to 8 steps of one pixel
    slope_x = cv2.Sobel(layers.height, cv2.CV_32F, 1, 0) * scale
    slope_y = cv2.Sobel(layers.height, cv2.CV_32F, 0, 1) * scale
    direction, slant = np.deg2rad(camera.light_deg), np.deg2rad(camera.light_slant_deg)
    lx, ly = np.float32(np.cos(direction) * np.sin(slant)), np.float32(np.sin(direction) * np.sin(slant))
    lz = np.float32(np.cos(slant))
    norm = 1 / np.sqrt(1 + slope_x**2 + slope_y**2)
    facing = np.clip((lz - slope_x * lx - slope_y * ly) * norm, 0, None) / lz
    half = np.array([lx, ly, lz + 1])
    half /= np.linalg.norm(half)
    mirror = np.clip((half[2] - slope_x * half[0] - slope_y * half[1]) * norm, 0, 1).astype(np.float32)
    shine = np.float32(0.10 * camera.gloss) * layers.gloss * mirror ** np.float32(60)
    shade = np.float32(0.45) + np.float32(0.55) * facing  # the rest is light from everywhere
    height, width = layers.shape
    reach = np.float32(np.hypot(height, width) / 2)
    across = (np.arange(width, dtype=np.float32) - width / 2) * np.float32(np.cos(direction)) / reach
    down = (np.arange(height, dtype=np.float32) - height / 2) * np.float32(np.sin(direction)) / reach
    lamp = np.float32(1.14) * (1 + np.float32(camera.falloff) * (across + down[:, None])) * layers.shade
    light = colour * (shade * lamp)[..., None] + (shine * lamp)[..., None]
    return np.asarray(light, np.float32)


def _masks(layers: Layers, redness: Plane) -> dict[str, Mask]:
    skin = ~(layers.hidden | layers.background)
    lesion, ulcer = layers.lesion & skin, layers.ulcer & skin
    return {
        "skin": skin,
        "lesion": lesion,
        "ulcer": ulcer,
        "obstruction": layers.hidden | (layers.ink & ~layers.background),
        "erythema": (redness >= 2) & skin & ~lesion & ~ulcer,
        "naevus": layers.naevus & skin & ~lesion & ~ulcer,
        "crust": layers.crust & layers.hidden,
        "hair": layers.hair & skin,
    }
