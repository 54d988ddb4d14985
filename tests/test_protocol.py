import pickle
import re
import tomllib
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.errors import ProtocolError
from lesiontrack.flags import find_flags
from lesiontrack.inflammation import assess
from lesiontrack.protocol import Protocol, load_protocol, shipped_protocols
from lesiontrack.protocol.courses import agent_kind, join
from lesiontrack.protocol.marked import MARKS
from lesiontrack.protocol.schema import RULE_THRESHOLDS, ProtocolFile, Rules
from lesiontrack.study.model import Dose
from lesiontrack.tables import frame

IL2 = load_protocol("il2-imiquimod-retinoid")
IMIQUIMOD = load_protocol("imiquimod-monotherapy")
RESPONSE = load_protocol("response-only")
DAYS = st.integers(-400, 3000)
ORDER = [phase.id for phase in IL2.file.phases]


def dose(agent: str, start: int, end: int | None = None, course: int | None = None) -> Dose:
    return Dose("P1", agent, start, end, course=course)


def injections(*days: int, course: int | None = None) -> tuple[Dose, ...]:
    return tuple(dose("IL-2", day, course=course) for day in days)


@st.composite
def recorded(draw: st.DrawFn) -> tuple[Dose, ...]:
    rows = []
    for _ in range(draw(st.integers(0, 8))):
        start = draw(st.integers(-20, 700))
        length = draw(st.none() | st.integers(0, 90))
        rows.append(
            dose(
                draw(st.sampled_from(("IL-2", "imiquimod", "tazarotene 0.1 %", "paracetamol"))),
                start,
                None if length is None else start + length,
                draw(st.none() | st.integers(1, 3)),
            )
        )
    return tuple(rows)


def shipped_text(name: str) -> str:
    return (files("lesiontrack") / "protocols" / f"{name}.toml").read_text("utf-8")


def own_file(folder: Path, text: str, name: str = "ours.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


# Shipped files


def test_three_protocols_are_shipped_the_default_first() -> None:
    assert shipped_protocols() == ("il2-imiquimod-retinoid", "imiquimod-monotherapy", "response-only")


@pytest.mark.parametrize("name", shipped_protocols())
def test_a_shipped_file_is_its_id(name: str) -> None:
    protocol = load_protocol(name)
    assert protocol.id == name
    assert protocol.protocol_id == f"{name}@{protocol.version}#{protocol.hash[:8]}"
    assert protocol.source.decode() == shipped_text(name)


@pytest.mark.parametrize("name", shipped_protocols())
def test_every_value_has_a_mark_and_a_source(name: str) -> None:
    def unmarked(table: object, where: str) -> list[str]:
        if isinstance(table, list):
            return [p for i, item in enumerate(table) for p in unmarked(item, f"{where}[{i}]")]
        if not isinstance(table, dict):
            return []
        if "mark" in table:
            ok = table["mark"] in MARKS and len(table["source"]) > 5
            return [] if ok else [where]
        leaves = [k for k, v in table.items() if isinstance(v, bool | int | float)]
        nested = [p for k, v in table.items() for p in unmarked(v, f"{where}.{k}")]
        return [f"{where}.{k}" for k in leaves] + nested

    assert unmarked(tomllib.loads(shipped_text(name)), name) == []


def test_nothing_claims_figure_2_and_the_band_is_provisional() -> None:
    for protocol in (IL2, IMIQUIMOD):
        assert protocol.file.expected_course is not None
        assert protocol.file.expected_course.mark == "provisional"
        band = protocol.expected_at(20)
        assert band is not None
        assert band.provisional
    assert "Not derived from Figure 2" in shipped_text("il2-imiquimod-retinoid")


def test_no_dose_amount_is_in_a_file() -> None:
    for name in shipped_protocols():
        text = shipped_text(name).casefold()
        assert "million" not in text
        assert not re.search(r"\biu\b", text)


def test_treated_margins() -> None:
    assert IL2.treated_margin_mm == 100.0
    assert IMIQUIMOD.treated_margin_mm == 20.0
    assert RESPONSE.treated_margin_mm is None


def test_response_only_has_no_phases_and_no_band() -> None:
    for day in (-5, 0, 30):
        assert RESPONSE.phase_at(day, injections(0, 7)) is None
        assert RESPONSE.expected_at(day, injections(0, 7)) is None
    assert not RESPONSE.has_expected_course
    assert RESPONSE.cut_points is None


# Phases by schedule (CLINICAL timeline)


@pytest.mark.parametrize(
    ("day", "phase"),
    [
        (-30, "P0"), (0, "P0"), (1, "P1"), (7, "P1"), (8, "P2"), (14, "P2"), (15, "P3"), (28, "P3"),
        (29, "P4"), (49, "P4"), (50, "P5"), (78, "P5"), (79, "P6"), (421, "P6"), (422, "P7"), (5000, "P7"),
    ],
)  # fmt: skip
def test_phase_boundaries_of_the_schedule(day: int, phase: str) -> None:
    at = IL2.phase_at(day)
    assert at is not None
    assert at.phase == phase
    assert at.course == (0 if day <= 0 else 1)
    assert at.course_day == day
    assert at.source == "schedule"


@pytest.mark.parametrize("k", range(1, 13))
def test_pulses_start_30_days_apart_and_last_a_week(k: int) -> None:
    start = 49 + 30 * k
    on = [IL2.phase_at(day) for day in range(start, start + 7)]
    assert [at.pulse_day for at in on if at] == list(range(7))
    assert {at.label for at in on if at} == {f"pulse {k}"}
    assert all(at.inflammation_expected for at in on if at)
    for day in (start - 1, start + 7):
        at = IL2.phase_at(day)
        assert at is not None
        assert at.pulse_day is None
        assert not at.inflammation_expected


def test_inflammation_is_expected_in_treatment_phases_only() -> None:
    expected = {at.phase for d in range(-5, 500) if (at := IL2.phase_at(d)) and at.inflammation_expected}
    assert expected == {"P1", "P2", "P3", "P4", "P6"}


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (-3, True), (0, True), (1, False), (28, False), (49, False), (62, False), (63, True), (78, True),
        (79, False), (85, False), (98, False), (99, True), (108, True), (109, False),
        (428, False), (429, True),
    ],
)  # fmt: skip
def test_responses_are_read_14_days_after_the_last_treatment_day(day: int, inside: bool) -> None:
    at = IL2.phase_at(day)
    assert at is not None
    assert at.in_assessment_window is inside


@settings(deadline=None)
@given(DAYS, DAYS)
def test_scheduled_phases_are_total_and_in_order(one: int, other: int) -> None:
    first, second = (IL2.phase_at(day) for day in sorted((one, other)))
    assert first is not None
    assert second is not None
    assert ORDER.index(first.phase) <= ORDER.index(second.phase)


@settings(deadline=None)
@given(recorded(), DAYS)
def test_recorded_phases_are_total_and_in_order_within_a_course(doses: tuple[Dose, ...], day: int) -> None:
    for protocol in (IL2, IMIQUIMOD):
        ids = [phase.id for phase in protocol.file.phases]
        this, following = protocol.phase_at(day, doses), protocol.phase_at(day + 1, doses)
        assert this is not None
        assert following is not None
        assert (this.course == 0) == (this.course_day <= 0)
        if this.course == following.course:
            assert ids.index(this.phase) <= ids.index(following.phase)


# Phases by recorded doses


def test_recorded_injections_end_the_plateau_and_shift_what_follows() -> None:
    doses = injections(0, 4, 7, 11, 14, 18, 21)
    phases = {day: IL2.phase_at(day, doses) for day in (14, 21, 22, 42, 43)}
    assert {day: at.phase for day, at in phases.items() if at} == {
        14: "P2", 21: "P3", 22: "P4", 42: "P4", 43: "P5",
    }  # fmt: skip
    assert all(at.source == "recorded doses" for at in phases.values() if at)


def test_early_end_cuts_phases_short_and_late_end_lengthens() -> None:
    early, late = injections(0, 5, 10), (*injections(0, 20, 40), dose("imiquimod", 0, 90))
    assert [IL2.phase_at(d, early).phase for d in (10, 11)] == ["P2", "P4"]  # type: ignore[union-attr]
    assert [IL2.phase_at(d, late).phase for d in (40, 41, 90, 91)] == ["P3", "P4", "P4", "P5"]  # type: ignore[union-attr]


def test_one_recorded_day_gives_the_clock_but_not_the_end() -> None:
    at = IL2.phase_at(25, injections(3))
    assert at is not None
    assert (at.phase, at.course_day) == ("P3", 22)


def test_the_clock_starts_with_the_first_recorded_injection() -> None:
    at = IL2.phase_at(5, injections(5, 9))
    assert at is not None
    assert (at.phase, at.course, at.course_day) == ("P0", 0, 0)


def test_a_course_number_gives_a_clock_of_its_own() -> None:
    doses = (*injections(0, 14, 28, course=1), *injections(200, 214, 228, course=2))
    before, after = IL2.phase_at(200, doses), IL2.phase_at(201, doses)
    assert before is not None
    assert after is not None
    assert (before.phase, before.course, before.course_day) == ("P6", 1, 200)
    assert (after.phase, after.course, after.course_day) == ("P1", 2, 1)


def test_doses_before_the_first_numbered_course_are_course_1() -> None:
    doses = (*injections(0, 14, 28), dose("imiquimod", 0, 49), *injections(200, 228, course=2))
    at = {day: IL2.phase_at(day, doses) for day in (10, 49, 50, 199, 201)}
    assert [(p.phase, p.course) for p in at.values() if p] == [
        ("P2", 1), ("P4", 1), ("P5", 1), ("P6", 1), ("P1", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(("gap", "course"), [(56, 1), (57, 2)])
def test_without_a_number_a_long_gap_begins_a_course(gap: int, course: int) -> None:
    at = IL2.phase_at(28 + gap + 3, injections(0, 14, 28, 28 + gap))
    assert at is not None
    assert at.course == course


def test_recorded_pulses_replace_the_scheduled_ones() -> None:
    doses = (*injections(0, 28), dose("imiquimod", 0, 49), dose("tazarotene", 60, 66), dose("imiquimod", 100))
    at = {day: IL2.phase_at(day, doses) for day in (59, 60, 66, 67, 79, 100, 106, 107)}
    assert [p.phase for p in at.values() if p] == ["P5", *["P6"] * 7]
    assert [p.pulse_day for p in at.values() if p] == [None, 0, 6, None, None, 0, 6, None]


def test_daily_rows_of_topicals_are_one_stretch() -> None:
    doses = (*injections(0, 28), *(dose("Imiquimod 5 %", day) for day in range(36)))
    assert [IL2.phase_at(d, doses).phase for d in (35, 36)] == ["P4", "P5"]  # type: ignore[union-attr]


def test_an_open_topical_keeps_the_scheduled_length_after_injections() -> None:
    doses = (*injections(0, 35), dose("imiquimod", 0))
    assert [IL2.phase_at(d, doses).phase for d in (56, 57)] == ["P4", "P5"]  # type: ignore[union-attr]


def test_other_agents_and_amounts_change_nothing() -> None:
    plain = injections(0, 14, 28)
    others = (*plain, dose("ipilimumab", 40), dose("paracetamol", 0, 300))
    amounts = tuple(
        replace(d, amount=amount, unit="MIU") for d, amount in zip(plain, (7, 15, 22), strict=True)
    )
    for day in range(-3, 120):
        assert IL2.phase_at(day, others) == IL2.phase_at(day, plain)
        assert IL2.phase_at(day, amounts) == IL2.phase_at(day, plain)
        assert IL2.expected_at(day, amounts) == IL2.expected_at(day, plain)


def test_doses_of_two_patients_are_refused() -> None:
    with pytest.raises(ValueError, match="doses of 2 patients"):
        IL2.phase_at(3, (Dose("P1", "IL-2", 0), Dose("P2", "IL-2", 9)))


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        ("IL-2", "injection"), ("il 2", "injection"), ("Proleukin (aldesleukin)", "injection"),
        ("Interleukin-2 intralesional", "injection"), ("IL-21", None), ("IL-2 18 MIU", "injection"),
        ("Imiquimod 5% cream", "topical"), ("TAZAROTENE", "topical"), ("ipilimumab", None), ("", None),
    ],
)  # fmt: skip
def test_agents_are_recognised_by_name(agent: str, kind: str | None) -> None:
    assert IL2.file.agents is not None
    assert agent_kind(agent, IL2.file.agents) == kind


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 20))), st.integers(0, 10))
def test_joined_intervals_keep_every_day_and_stand_apart(pairs: list[tuple[int, int]], gap: int) -> None:
    intervals = [(start, start + length) for start, length in pairs]
    joined = join(intervals, gap)
    assert all(any(a <= start and end <= b for a, b in joined) for start, end in intervals)
    assert all(after[0] - before[1] > gap for before, after in pairwise(joined))


# Expected course


@pytest.mark.parametrize(
    ("day", "band"),
    [
        (-9, (0, 0, 1)), (0, (0, 0, 1)), (3, (0, 1, 2.5)), (7, (0.5, 1.5, 3)), (14, (1, 2.5, 3.5)),
        (21, (1.5, 3, 4)), (28, (1.5, 3, 4)), (49, (1.5, 3, 4)), (56, (0, 2, 3.5)), (63, (0, 1, 2.5)),
        (77, (0, 0.5, 1)), (109, (0, 0, 1)), (113, (0, 1.5, 3)), (116, (0.5, 2, 3.5)), (123, (0, 0.5, 1.5)),
    ],
)  # fmt: skip
def test_band_at_the_knots(day: int, band: tuple[float, float, float]) -> None:
    at = IL2.expected_at(day)
    assert at is not None
    assert (at.lower, at.target, at.upper) == pytest.approx(band)
    assert at.envelope_id == "il2-imiquimod-retinoid-proposal-1"


def test_band_is_linear_between_knots() -> None:
    at = IL2.expected_at(5)
    assert at is not None
    assert (at.lower, at.target, at.upper) == pytest.approx((0.25, 1.25, 2.75))


@settings(deadline=None)
@given(recorded(), DAYS)
def test_band_is_ordered_and_within_the_scale(doses: tuple[Dose, ...], day: int) -> None:
    for protocol in (IL2, IMIQUIMOD):
        at = protocol.expected_at(day, doses)
        assert at is not None
        assert 0 <= at.lower <= at.target <= at.upper <= 4


def test_band_waits_for_the_recorded_end_and_decays_from_it() -> None:
    doses = (*injections(0, 28), dose("imiquimod", 0, 60))
    on, later = IL2.expected_at(60, doses), IL2.expected_at(74, doses)
    scheduled = IL2.expected_at(63)
    assert on is not None
    assert later is not None
    assert scheduled is not None
    assert (on.lower, on.target, on.upper) == (1.5, 3, 4)
    assert (later.lower, later.target, later.upper) == (scheduled.lower, scheduled.target, scheduled.upper)


def test_after_an_early_end_no_more_is_expected_than_on_the_last_day() -> None:
    doses = (*injections(0, 5), dose("imiquimod", 0, 7))
    last = IL2.expected_at(7, doses)
    assert last is not None
    for day in range(8, 36):
        at = IL2.expected_at(day, doses)
        assert at is not None
        assert at.lower <= last.lower
        assert at.upper <= last.upper
    assert IL2.expected_at(14, doses) != last
    settled = IL2.expected_at(35, doses)
    assert settled is not None
    assert (settled.lower, settled.upper) == (0, 1)


# Thresholds, overrides, identity


def test_thresholds_by_key() -> None:
    assert IL2.threshold("flags.ulcer_new_mm2") == 10
    assert IL2.threshold("response.confirm_days") == 28
    assert IL2.threshold("response.accept_sd") == 0.0
    assert IL2.cut_points == (2, 5, 9, 14)


def test_unknown_threshold_names_the_nearest() -> None:
    with pytest.raises(ProtocolError, match=r"flags\.ulcer_new_mm2"):
        IL2.threshold("flags.ulcer_new_mm")


def test_an_override_counts_is_shown_and_changes_the_id_but_not_the_hash() -> None:
    changed = load_protocol(IL2.id, {"flags.ulcer_new_mm2": 12.5, "response.confirm_days": 30.0})
    assert changed.threshold("flags.ulcer_new_mm2") == 12.5
    assert changed.threshold("response.confirm_days") == 30
    assert changed.hash == IL2.hash
    assert changed.protocol_id.startswith(f"{IL2.protocol_id}+")
    assert changed.protocol_id != load_protocol(IL2.id, {"flags.ulcer_new_mm2": 13}).protocol_id
    shown = {setting.key: setting for setting in changed.settings()}
    assert shown["flags.ulcer_new_mm2"].mark == "study"
    assert "our proposal" in shown["flags.ulcer_new_mm2"].source
    assert shown["flags.ulcer_growth_pct"].mark == "inferred"
    assert IL2.threshold("flags.ulcer_new_mm2") == 10


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"flags.ulcer_new": 3.0}, r"no 'flags\.ulcer_new'; did you mean 'flags\.ulcer_new_mm2'"),
        ({"ulcer_growth_pct": 3.0}, r"did you mean 'flags\.ulcer_growth_pct'"),
        ({"flags.ulcer_new_mm2": -1.0}, r"flags\.ulcer_new_mm2.*greater than or equal to 0"),
        ({"response.confirm_days": 27.5}, r"response\.confirm_days.*integer"),
        ({"response.accept_sd": 2.0}, r"response\.accept_sd.*boolean"),
        ({"grades.cut_2": 20.0}, "must rise"),
        ({"flags.ulcer_new_mm2": float("nan")}, "finite"),
    ],
)
def test_a_wrong_override_is_refused(overrides: dict[str, float], message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        load_protocol(IL2.id, overrides)


def test_a_protocol_can_be_sent_to_another_process() -> None:
    changed = load_protocol(IL2.id, {"flags.ulcer_new_mm2": 12.0})
    copy: Protocol = pickle.loads(pickle.dumps(changed))
    assert copy.protocol_id == changed.protocol_id
    assert copy.phase_at(90) == changed.phase_at(90)


def test_every_threshold_and_rule_stands_in_the_documentation() -> None:
    text = (Path(__file__).parents[1] / "docs" / "protocols.md").read_text("utf-8")
    for protocol in (IL2, IMIQUIMOD, RESPONSE):
        assert protocol.id in text
        for setting in protocol.settings():
            leaf = setting.key.rpartition(".")[2]
            assert leaf in text or leaf in ("cut_2", "cut_3"), setting.key
    for rule in type(IL2.file.rules).model_fields:
        assert f"| `{rule}` |" in text


# Files of one's own


def test_a_file_of_ones_own_is_read_and_found_beside_the_study(tmp_path: Path) -> None:
    text = shipped_text("response-only").replace('id = "response-only"', 'id = "ours"')
    path = own_file(tmp_path, text)
    by_path, in_folder = load_protocol(path), load_protocol("ours.toml", folder=tmp_path)
    assert by_path.id == "ours"
    assert by_path.protocol_id == in_folder.protocol_id
    assert by_path.origin == "ours.toml"


def edits() -> list[tuple[str, str, str, str]]:
    il2, response = "il2-imiquimod-retinoid", "response-only"
    return [
        (response, "ulcer_new_mm2 =", "ulcer_new_mm =", r"unknown key 'flags\.ulcer_new_mm'; did you mean"),
        (response, "[quality]", "[qualty]", r"unknown key 'qualty'; did you mean 'quality'"),
        (response, 'mark = "provisional"', 'mark = "guess"', "'provisional' or 'recalled'"),
        (response, "{ value = 28,", "{ valu = 28,", r"response\.confirm_days\.valu'; did you mean"),
        (response, "{ value = 28,", "{ value = '28',", r"response\.confirm_days\.value = '28'"),
        (response, "{ value = 10.0,", "{ value = nan,", "finite"),
        (response, "ulcer_large_mm =", "# ulcer_large_mm =", r"rules\.ulcer_large needs flags\.ulcer_large"),
        (response, 'version = "1"', "", "key 'version' is missing"),
        (response, 'version = "1"', 'version = "1', "not valid TOML"),
        (il2, "treated_margin_mm =", "treated_margin_cm =", "did you mean 'treated_margin_mm'"),
        (il2, "start_day = 29", "start_day = 30", r"phase P4: start_day \(30\) must be the day after"),
        (il2, "[14, 1.0, 2.5, 3.5]", "[14, 2.6, 2.5, 3.5]", "lower <= target <= upper"),
        (il2, "[14, 1.0, 2.5, 3.5]", "[6, 1.0, 2.5, 3.5]", "days must rise"),
        (il2, "[14, 1.0, 2.5, 3.5]", "[14, 1.0, 2.5, 4.5]", "within 0..4"),
        (il2, 'ends_with = "topical"', "", r"\[pulses\] need one phase"),
        (il2, "length_days = 7", "length_days = 30", r"length_days \(30\) must be below every_days \(30\)"),
        (il2, "count = 12", "count = 14", "before its last pulse"),
        (il2, "[courses]", "[course]", "unknown key 'course'; did you mean 'courses'"),
        (il2, 'label = "ramp"', 'lable = "ramp"', r"'phases\.2\.lable'; did you mean 'phases\.2\.label'"),
    ]  # fmt: skip


@pytest.mark.parametrize(("base", "old", "new", "message"), edits())
def test_a_broken_file_is_refused_with_key_rule_and_file(
    tmp_path: Path, base: str, old: str, new: str, message: str
) -> None:
    text = shipped_text(base)
    assert old in text
    path = own_file(tmp_path, text.replace(old, new, 1).replace(f'id = "{base}"', 'id = "ours"'))
    with pytest.raises(ProtocolError, match=message) as caught:
        load_protocol(path)
    assert str(caught.value).startswith("ours.toml: ")


def test_a_changed_copy_must_not_keep_a_shipped_id(tmp_path: Path) -> None:
    path = own_file(tmp_path, shipped_text("response-only").replace("value = 28", "value = 29"))
    with pytest.raises(ProtocolError, match="choose an id of your own"):
        load_protocol(path)
    assert load_protocol(own_file(tmp_path, shipped_text("response-only"))).id == "response-only"


def test_the_copy_kept_beside_older_results_can_be_read(tmp_path: Path) -> None:
    older = shipped_text("response-only").replace("value = 28", "value = 29")
    kept = load_protocol(own_file(tmp_path, older), kept=True)
    assert kept.id == "response-only"
    assert kept.source.decode() == older
    assert kept.protocol_id != load_protocol("response-only").protocol_id
    with pytest.raises(ProtocolError, match="not valid TOML"):
        load_protocol(own_file(tmp_path, "id = "), kept=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"a = " + b"[" * 100_000, "nested too deeply|not valid TOML"),
        (b"", "missing"),
    ],
)
def test_files_that_are_no_protocols(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    with pytest.raises(ProtocolError, match=message):
        load_protocol(path)


def test_an_unknown_name_lists_or_suggests() -> None:
    with pytest.raises(ProtocolError, match="did you mean 'response-only'"):
        load_protocol("response_only")
    with pytest.raises(ProtocolError, match="known: il2-imiquimod-retinoid"):
        load_protocol("x")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_protocol_error(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.toml"
    path.write_bytes(raw)
    with pytest.raises(ProtocolError):
        load_protocol(path)


# What a file may leave out


def with_rules(*rules: str) -> Protocol:
    """IL2 with these rules and no threshold of [flags] but those that they need."""
    content = tomllib.loads(shipped_text("il2-imiquimod-retinoid"))
    needed = {key for rule in rules for key in RULE_THRESHOLDS.get(rule, ())}
    content["flags"] = {key: value for key, value in content["flags"].items() if key in needed}
    content["rules"] = {key: value for key, value in content["rules"].items() if key in rules}
    content["id"] = "ours"
    return Protocol(ProtocolFile.model_validate(content), "0" * 64, "ours.toml", b"")


@pytest.mark.parametrize("rules", [(), *((name,) for name in Rules.model_fields)])
def test_a_file_with_no_more_than_its_rules_need_is_never_asked_for_more(rules: tuple[str, ...]) -> None:
    ours = with_rules(*rules)
    rows = []
    for day, area, number in (
        (0, 0.0, 0.2),
        (5, 0.0, 4.0),
        (20, 30.0, 0.3),
        (27, 300.0, 0.3),
        (30, 900.0, 4.0),
        (70, 0.0, 3.9),
    ):
        phase = ours.phase_at(day)
        assert phase is not None
        found = assess(number, 0.3, ours.expected_at(day), phase, protocol=ours, shrinkage_pct=60.0)
        rows.append(
            {
                "patient": "P1", "site": "left-calf", "lesion": "L01", "visit": f"day{day:03d}",
                "study_day": day, "evaluable": day != 70,
                "status": "obscured" if day == 70 else "new_candidate",
                "course": phase.course, "inflammation": found.inflammation, "inflammation_note": found.note,
                "inflammation_probability": found.probability, "erythema_grade": number,
                "ulcer_area_mm2": area, "ulcer_area_mm2_sd": 0.5,
                "longest_diameter_mm": 10.0 + day, "longest_diameter_mm_sd": 0.2,
            }
        )  # fmt: skip
    fired = {flag["rule"] for flag in find_flags(frame("observations", rows), ours, ())}
    assert fired == set(rules)


def without_later_keys(tmp_path: Path) -> Path:
    """A file as it was written before [response] had `durable_days` and what follows it."""
    text = shipped_text("response-only").replace('id = "response-only"', 'id = "ours"', 1)
    begin, end = text.index("durable_days ="), text.index("# When a photo can be measured")
    return own_file(tmp_path, text[:begin] + text[end:])


def test_an_older_file_is_read_with_defaults_that_equal_the_shipped_values(tmp_path: Path) -> None:
    older = {setting.key: setting for setting in load_protocol(without_later_keys(tmp_path)).settings()}
    for protocol in (IL2, IMIQUIMOD, RESPONSE):
        for setting in protocol.settings():
            if setting.key.startswith("response."):
                assert older[setting.key].value == setting.value, setting.key
                assert older[setting.key].mark == setting.mark, setting.key
                assert "the file does not say" not in setting.source
    assert "the file does not say" in older["response.durable_days"].source
    assert "the file does not say" not in older["response.confirm_days"].source


def test_a_default_can_be_replaced_by_the_study(tmp_path: Path) -> None:
    ours = load_protocol(without_later_keys(tmp_path), {"response.durable_days": 90.0})
    assert ours.threshold("response.durable_days") == 90
    assert ours.threshold("response.redraws") == 200
    with pytest.raises(ProtocolError, match=r"irecist_confirm_min_days \(60\) must be <="):
        load_protocol(without_later_keys(tmp_path), {"response.irecist_confirm_min_days": 60.0})


def test_a_note_of_the_expected_course_can_not_be_taken_apart(tmp_path: Path) -> None:
    text = shipped_text("il2-imiquimod-retinoid").replace('id = "il2-imiquimod-retinoid"', 'id = "ours"', 1)
    note = 'note = "not derived from Figure 2 of its publication"'
    assert text.count(note) == 1
    ours = load_protocol(own_file(tmp_path, text.replace(note, 'note = "from our pilot"')))
    assert ours.expected_course_words == "provisional, il2-imiquimod-retinoid-proposal-1, from our pilot"
    without = load_protocol(own_file(tmp_path, text.replace(note, "")))
    assert without.expected_course_words == "provisional, il2-imiquimod-retinoid-proposal-1"
    with pytest.raises(ProtocolError, match="note"):
        load_protocol(own_file(tmp_path, text.replace(note, 'note = "one; two"')))
