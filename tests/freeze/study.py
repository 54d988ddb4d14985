"""A very small study with everything that a cut-off touches, and the same as it was at an earlier day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from lesiontrack.photo import encode_jpeg
from tests.pipeline.plain import SPOTS, picture, put

START = date(2024, 3, 4)
VISITS = {"2024-03-04": 0, "2024-03-18": 14, "2024-04-15": 42, "2024-05-27": 84}
GROWTH = {0: 1.0, 14: 0.9, 42: 0.6, 84: 1.3}
LATE_SPOT = (40, 130, 9)


def write_study(root: Path, *, until: int = 10**6) -> Path:
    """PT001: one site, four visits; one spot shrinks and grows again, a third comes late. Others: no photo.

    `until`: what a person would have had in the folder on that study day.
    """
    photos = "path,patient,visit,site,px_per_mm\n"
    for visit, day in VISITS.items():
        if day > until:
            continue
        (x, y, radius), other = SPOTS
        spots = [(x, y, round(radius * GROWTH[day])), other, *([LATE_SPOT] if day >= 42 else [])]
        put(root, f"PT001/{visit}/calf.jpg", encode_jpeg(picture(spots)))
        photos += f"PT001/{visit}/calf.jpg,PT001,{visit},calf,3\n"
    tables = {
        "photos.csv": photos,
        "lesions.csv": "patient,site,lesion,x,y,role,organ\n"
        "PT001,calf,A,70,75,target,skin\nPT001,calf,B,145,55,non_target,\n",
        "patients.csv": "patient,treatment_start,arm,enrolled,death_date,last_contact,stage\n"
        + f"PT001,2024-03-04,A,2024-03-01,{'2024-06-30' if until > 118 else ''},"
        + f"{'2024-06-30' if until > 118 else _on(until)},IIIC\n"
        + f"PT002,2024-03-10,B,2024-03-09,,{min('2024-04-01', _on(min(until, 999)))},\n"
        + ("PT003,2024-04-20,B,2024-04-20,,2024-05-01,\n" if until > 47 else ""),
        "doses.csv": "patient,agent,start,end,lesion\n"
        + "PT001,IL-2,2024-03-04,,A\nPT001,IL-2,2024-03-11,,A\n"
        + f"PT001,imiquimod,2024-03-04,{'2024-04-22' if until >= 49 else ''},\n"
        + ("PT001,IL-2,2024-04-17,,B\n" if until >= 44 else ""),
        "events.csv": "patient,date,event,lesion\nPT001,2024-03-10,biopsy,A\n"
        + ("PT001,2024-05-01,systemic_therapy,\nPT001,2024-05-02,excision,B\n" if until >= 58 else ""),
        "measurements.csv": "patient,visit,lesion,method,quantity,value,unit\n"
        + "PT001,2024-03-04,A,caliper,longest_diameter,14,mm\n"
        + ("PT001,2024-04-15,A,caliper,longest_diameter,9,mm\n" if until >= 42 else ""),
        "study.toml": 'title = "Small"\nprotocol = "il2-imiquimod-retinoid"\n'
        + '[thresholds]\n"response.redraws" = 3\n"response.bootstrap_draws" = 20\n',
    }
    for name, text in tables.items():
        (root / name).write_text(text)
    return root


def _on(day: int) -> str:
    return (START + timedelta(days=day)).isoformat()
