"""DM, and EX, PR and CM as the study recorded doses and events."""

from __future__ import annotations

from collections.abc import Mapping

from lesiontrack.export.cdisc import cdisc_day
from lesiontrack.export.sdtm.lesions import Lesion
from lesiontrack.export.sdtm.places import skin_place
from lesiontrack.export.sdtm.study import Row, SdtmStudy, Subject

PROCEDURES = ("biopsy", "excision", "amputation", "radiotherapy", "cryotherapy", "surgery")
THERAPIES = ("systemic_therapy",)
"""Events that are procedures (PR) and medications (CM); others have no place of their own."""

FREQUENCIES: Mapping[str, str] = {
    "nightly": "QN",
    "every night": "QN",
    "daily": "QD",
    "once daily": "QD",
    "once a day": "QD",
    "every day": "QD",
    "twice daily": "BID",
    "twice a day": "BID",
    "weekly": "EVERY WEEK",
    "once a week": "EVERY WEEK",
    "every week": "EVERY WEEK",
}
"""Spelling of a frequency → term of codelist C71113; others stand in SUPPEX as recorded."""

_ARM_CODE = 20


def dm_rows(study: SdtmStudy) -> list[Row]:
    """Rows of DM: every patient of the study, photo-less ones included."""
    doses: dict[str, list[tuple[int, int]]] = {}
    for dose in study.rows("doses"):
        if dose["start_day"] is not None:
            doses.setdefault(dose["patient"], []).append((dose["start_day"], _last_day(dose)))
    return [_subject(one, doses.get(code, [])) for code, one in study.subjects.items()]


def _subject(one: Subject, doses: list[tuple[int, int]]) -> Row:
    told = one.recorded.get
    arm = told("arm")
    row = {
        "USUBJID": one.usubjid,
        "SUBJID": one.code,
        "RFSTDTC": one.date(0),
        "RFXSTDTC": one.date(min(first for first, _ in doses)) if doses else None,
        "RFXENDTC": one.date(max(last for _, last in doses)) if doses else None,
        "DTHDTC": one.date(told("death_day")),
        "DTHFL": None if told("death_day") is None else "Y",
        "ARMCD": str(arm)[:_ARM_CODE] if arm else None,
        "ARM": arm,
    }
    zero = str(told("day_zero") or "").replace("_", " ").upper()
    days = {name: cdisc_day(told(f"{name}_day")) for name in ("enrolled", "last_contact", "death")}
    return row | {
        "more": [
            ("DAYZERO", "What Day 1 Is", zero, "Derived"),
            ("ENRLDTC", "Date of Enrollment", one.date(told("enrolled_day")), "Collected"),
            ("ENRLDY", "Study Day of Enrollment", _text(days["enrolled"]), "Derived"),
            ("LSTCNDTC", "Date Last Known to Be Alive", one.date(told("last_contact_day")), "Collected"),
            ("LSTCNDY", "Study Day Last Known to Be Alive", _text(days["last_contact"]), "Derived"),
            ("DTHDY", "Study Day of Death", _text(days["death"]), "Derived"),
        ]
    }


def ex_rows(study: SdtmStudy, lesions: Mapping[str, Mapping[str, Lesion]]) -> list[Row]:
    """Rows of EX: each row of doses.csv, agent, amount and unit as recorded."""
    rows = []
    for dose in study.rows("doses"):
        subject = study.subjects[dose["patient"]]
        known = lesions.get(dose["patient"], {}).get(dose["lesion"])
        place, side = skin_place(known.site if known else None)
        often = str(dose["frequency"] or "").strip()
        term = FREQUENCIES.get(often.casefold())
        last = _last_day(dose)
        row = {
            "USUBJID": subject.usubjid,
            "EXLNKID": known.link if known else None,
            "EXTRT": dose["agent"],
            "EXCAT": str(dose["kind"]).upper() if dose["kind"] else None,
            "EXDOSE": dose["amount"],
            "EXDOSU": dose["unit"],
            "EXDOSFRQ": term,
            "EXLOC": place,
            "EXLAT": side,
            "EXSTDTC": subject.date(dose["start_day"]),
            "EXENDTC": subject.date(last),
            "EXSTDY": cdisc_day(dose["start_day"]),
            "EXENDY": cdisc_day(last),
        }
        more = [
            ("EXFREQ", "Frequency as Recorded", None if term else often, "Collected"),
            ("EXLESION", "Lesion as Recorded", None if known else dose["lesion"], "Collected"),
            ("EXOCCL", "Occlusion as Recorded", dose["occlusion"], "Collected"),
            ("EXMARGIN", "Treated Margin in mm", _text(dose["margin_mm"]), "Collected"),
            ("EXCOURSE", "Number of the Treatment Course", _text(dose["course"]), "Collected"),
        ]
        rows.append(row | {"more": more})
    return rows


def pr_rows(study: SdtmStudy, lesions: Mapping[str, Mapping[str, Lesion]]) -> list[Row]:
    """Rows of PR: the events that are procedures."""
    rows = []
    for event in study.rows("events"):
        if event["event"] in PROCEDURES:
            subject = study.subjects[event["patient"]]
            known = lesions.get(event["patient"], {}).get(event["lesion"])
            place, side = skin_place(known.site if known else None)
            unknown = None if known else event["lesion"]
            rows.append(
                {
                    "USUBJID": subject.usubjid,
                    "PRLNKID": known.link if known else None,
                    "PRTRT": str(event["event"]).upper(),
                    "PRLOC": place,
                    "PRLAT": side,
                    "PRSTDTC": subject.date(event["study_day"]),
                    "PRSTDY": cdisc_day(event["study_day"]),
                    "more": [("PRLESION", "Lesion as Recorded", unknown, "Collected")],
                }
            )
    return rows


def cm_rows(study: SdtmStudy) -> list[Row]:
    """Rows of CM: events that are another therapy; which drug it was is not recorded."""
    return [
        {
            "USUBJID": study.subjects[event["patient"]].usubjid,
            "CMTRT": str(event["event"]).replace("_", " ").upper(),
            "CMSTDTC": study.subjects[event["patient"]].date(event["study_day"]),
            "CMSTDY": cdisc_day(event["study_day"]),
        }
        for event in study.rows("events")
        if event["event"] in THERAPIES
    ]


def events_left_out(study: SdtmStudy) -> list[str]:
    """Events that neither PR nor CM takes."""
    known = (*PROCEDURES, *THERAPIES)
    return sorted({str(row["event"]) for row in study.rows("events") if row["event"] not in known})


def _last_day(dose: Row) -> int:
    """A dose without an end lasts its one day; SDTMIG 3.4 then copies the start."""
    return int(dose["start_day"] if dose["end_day"] is None else dose["end_day"])


def _text(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"
