"""A run that was stopped goes on; what is finished is not done again; equal input gives equal tables."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from lesiontrack.cli import main
from lesiontrack.errors import ResultsError
from lesiontrack.pipeline import Results, run

from .plain import TABLES, encoded, leftovers, permissions_hold, picture, plain_study, put, table_bytes

RUN = "from lesiontrack.cli import main; main()"
# Kills its own process at the n-th rename: what is being written is complete, but not yet in its place.
KILLED_AT_RENAME = """
import os, signal, sys
from pathlib import Path
left = int(sys.argv.pop(1))
def dying(original):
    def rename(self, target):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(self, target)
    return rename
Path.rename, Path.replace = dying(Path.rename), dying(Path.replace)
from lesiontrack.cli import main
main()
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plain_study(tmp_path_factory.mktemp("plain") / "study", 2, 1)


@pytest.fixture(scope="module")
def undisturbed(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return run(plain, tmp_path_factory.mktemp("undisturbed") / "results", jobs=1)


@pytest.fixture
def study(plain: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(plain, tmp_path / "study"))


@pytest.fixture
def results(undisturbed: Results, tmp_path: Path) -> Path:
    return Path(shutil.copytree(undisturbed.folder, tmp_path / "results"))


def records(results: Path) -> dict[str, tuple[int, int]]:
    """patient/site → what changes when its record is written again."""
    return {
        "/".join(json.loads(path.read_text("utf-8"))[key] for key in ("patient", "site")): (
            path.stat().st_ino,
            path.stat().st_mtime_ns,
        )
        for path in results.glob("sites/*/*/[!.]*/site.json")
    }


def redone(before: dict[str, tuple[int, int]], results: Path) -> set[str]:
    return {name for name, stamp in records(results).items() if before.get(name) != stamp}


def test_every_table_is_there(undisturbed: Results) -> None:
    assert set(table_bytes(undisturbed.folder)) == {f"{n}.{s}" for n in TABLES for s in ("csv", "parquet")}
    assert len(undisturbed.tables["observations"]) == 6


def test_killed_at_several_moments_then_run_again(plain: Path, undisturbed: Results, tmp_path: Path) -> None:
    out = tmp_path / "results"
    arguments = ["run", str(plain), "-o", str(out), "--jobs", "1", "-q"]
    sites = set()
    # The second site; after all sites and identities, a table; a page.
    for renames in (2, 7, 27):
        before = records(out)
        command = [sys.executable, "-c", KILLED_AT_RENAME, str(renames), *arguments]
        process = subprocess.run(command, capture_output=True, timeout=120)
        assert process.returncode == -signal.SIGKILL, process.stderr.decode()
        assert leftovers(out)
        assert not (out / "provenance.json").exists()
        refused = CliRunner().invoke(main, ["report", str(out)])
        assert refused.exit_code == 2
        assert "it resumes" in refused.output
        assert not set(before) & redone(before, out)
        sites.add(len(records(out)))
    assert sites == {1, 2}
    before = records(out)
    run(plain, out, jobs=1)
    assert not redone(before, out)
    assert not leftovers(out)
    assert table_bytes(out) == table_bytes(undisturbed.folder)
    assert pages(out) == pages(undisturbed.folder)


def test_killed_before_the_folder_was_marked_as_ours(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, ".writing-abc", b"{")
    assert run(study, out, jobs=1, through="segment").exit_code == 0
    assert not leftovers(out)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are found through /proc")
def test_workers_end_with_a_killed_run(plain: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "run", str(plain), "-o", str(out), "--jobs", "2", "-q"]
    )
    try:
        wait_until(lambda: bool(list(out.glob("sites/*/*/.writing-*"))), 90)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(children) >= 2
    finally:
        process.kill()
        process.wait()
    wait_until(lambda: not any(is_alive(int(child)) for child in children), 30)
    run(plain, out, jobs=1, through="segment")
    assert not leftovers(out)


def wait_until(condition, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this did not come true"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_two_jobs_and_another_folder_give_the_same_bytes(
    plain: Path, undisturbed: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(plain, "study")
    run("study", "elsewhere", jobs=2)  # relative paths, which must mean the same to the workers
    assert table_bytes(tmp_path / "elsewhere") == table_bytes(undisturbed.folder)
    assert pages(tmp_path / "elsewhere") == pages(undisturbed.folder)


def pages(results: Path) -> dict[str, bytes]:
    return {path.relative_to(results).as_posix(): path.read_bytes() for path in results.rglob("*.html")}


def test_times_of_day_are_in_the_provenance_only(undisturbed: Results) -> None:
    facts = json.loads((undisturbed.folder / "provenance.json").read_text())
    today = {facts["started"][:10], facts["finished"][:10]}
    for path in undisturbed.folder.rglob("*"):
        if path.is_file() and path.name != "provenance.json":
            content = path.read_bytes()
            assert not any(day.encode() in content for day in today), path
            assert not re.search(rb"T\d\d:\d\d:\d\d", content) or path.suffix == ".jpg", path


def test_a_new_visit_redoes_its_site_only(study: Path, results: Path) -> None:
    before = records(results)
    put(study, "PT002/2024-04-01/calf.jpg", encoded(picture(seed=2), "JPEG"))
    outcome = run(study, results, jobs=1, through="flag")
    assert redone(before, results) == {"PT002/calf"}
    assert len(list(results.glob("sites/*/*/*"))) == 2, "the record before must be gone"
    assert outcome.tables["observations"]["visit"].nunique() == 3


def test_another_flag_threshold_redoes_no_site(study: Path, results: Path) -> None:
    before = records(results)
    with (study / "study.toml").open("a") as toml:
        toml.write("\n[thresholds]\n'flags.ulcer_new_mm2' = 3\n")
    run(study, results, jobs=1, through="flag")
    assert not redone(before, results)


def test_another_photo_or_seed_redoes_its_site(study: Path, results: Path) -> None:
    before = records(results)
    put(study, "PT001/2024-03-18/calf.jpg", encoded(picture(seed=1), "JPEG"))
    (study / "lesions.csv").write_text("patient,site,lesion,x,y\nPT002,calf,L01,70,75\n")
    run(study, results, jobs=1, through="score")
    assert redone(before, results) == {"PT001/calf", "PT002/calf"}


def test_fresh_redoes_all_and_keeps_ids(study: Path, results: Path, undisturbed: Results) -> None:
    before = records(results)
    known = json.loads((results / "identities.json").read_text())
    for row in known:  # as if an earlier version had numbered them in another order
        row["lesion"] = {"L01": "L02", "L02": "L01"}[row["lesion"]]
    (results / "identities.json").write_text(json.dumps(known))
    outcome = run(study, results, jobs=1, fresh=True, through="score")
    assert redone(before, results) == set(before)
    names = undisturbed.tables["observations"]["lesion"].map({"L01": "L02", "L02": "L01"})
    assert outcome.tables["observations"]["lesion"].tolist() == names.tolist()


@pytest.mark.parametrize("damage", ["cut off", "empty", "gone", "no picture"])
def test_a_damaged_record_is_made_again(
    study: Path, results: Path, undisturbed: Results, damage: str
) -> None:
    before = records(results)
    record = next(
        path for path in results.glob("sites/*/*/*/site.json") if "PT002" in path.read_text("utf-8")
    )
    if damage == "no picture":
        next(record.parent.glob("crop-*.jpg")).unlink()
    elif damage == "gone":
        record.unlink()
    else:
        record.write_bytes(record.read_bytes()[:500] if damage == "cut off" else b"")
    run(study, results, jobs=1, through="score")
    assert redone(before, results) == {"PT002/calf"} if damage != "no picture" else True
    assert records(results).keys() == before.keys()
    assert len(list(record.parent.glob("*.jpg"))) == 3
    tables = table_bytes(results)
    expected = table_bytes(undisturbed.folder)
    assert all(tables[name] == expected[name] for name in ("photos.csv", "photos.parquet"))


def full_disk(monkeypatch: pytest.MonkeyPatch, *, after: int) -> None:
    """After the n-th file nothing can be written any more; half of the content has gone through by then."""
    original = Path.write_bytes
    written = 0

    def write_bytes(self: Path, content: bytes) -> int:
        nonlocal written
        written += 1
        if written > after:
            original(self, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return original(self, content)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)


@pytest.mark.parametrize("after", [0, 3, 30])
def test_a_full_disk_is_a_clear_error_and_nothing_is_half_written(
    study: Path, undisturbed: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        full_disk(patch, after=after)
        outcome = CliRunner().invoke(main, ["run", str(study), "-o", str(out), "--jobs", "1", "-q"])
    assert outcome.exit_code == 2, outcome.output
    assert "No space left on device" in outcome.output
    assert "Traceback" not in outcome.output
    assert not leftovers(out)
    assert not (out / "provenance.json").exists()
    finished = {path.relative_to(out): path for path in out.rglob("*") if path.is_file()}
    for name, path in finished.items():
        if name.parts[0] != "sites" or name.name == "site.json":
            assert path.read_bytes() == (undisturbed.folder / name).read_bytes(), name
    if after == 30:
        assert run(study, out, jobs=1, through="flag").exit_code == 0


def test_a_full_disk_in_a_worker_ends_the_run(study: Path, tmp_path: Path) -> None:
    from lesiontrack.pipeline.executor import run_tasks
    from lesiontrack.pipeline.tasks import site_tasks
    from lesiontrack.protocol import load_protocol
    from lesiontrack.study import read_study

    from .work import no_space

    tasks = site_tasks(read_study(study), load_protocol("response-only"), tmp_path / "out", through="score")
    with pytest.raises(ResultsError, match="No space left"):
        run_tasks(tasks, jobs=2, work=no_space)


def test_a_read_only_results_folder_is_a_clear_error(study: Path, results: Path, tmp_path: Path) -> None:
    if not permissions_hold(tmp_path):
        pytest.skip("root may write everywhere")
    before = table_bytes(results)
    for folder, mode in ((results, 0o555), (results / "tables", 0o555), (results, 0)):
        folder.chmod(mode)
        try:
            outcome = CliRunner().invoke(main, ["run", str(study), "-o", str(results), "--jobs", "1", "-q"])
        finally:
            folder.chmod(0o755)
        assert outcome.exit_code == 2, outcome.output
        assert re.search("Permission denied|not readable", outcome.output), outcome.output
        assert "Traceback" not in outcome.output
    assert table_bytes(results) == before
    (tmp_path / "closed").mkdir(mode=0o555)
    outcome = CliRunner().invoke(main, ["run", str(study), "-o", str(tmp_path / "closed" / "out"), "-q"])
    assert outcome.exit_code == 2
    assert "closed" in outcome.output
