"""Pages of the report through the server: which, and what they may run."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient

from lesiontrack.results import ResultsFolder
from lesiontrack.review.pages.report import page_path, policy_of

TRICKS = (
    "../study/PT001/2024-03-04/left-calf.jpg", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd",
    "lesions/../../study/study.toml", "lesions/..%5c..%5cx.html", "/etc/passwd", "//etc/passwd.html",
    "provenance.json", "tables/observations.csv", "identities.json", "rerun.json", "evil.html",
    "tables/evil.html", "lesions/EVIL.html", "lesions/link.html", "lesions/.html", "lesions/evil.html%00",
    "lesions/evil.htm", "sites/index.json", "lesions", "lesions/", "patients/a/b.html", "index.html/",
)  # fmt: skip


def test_the_report_gives_its_own_pages_only(
    client: FlaskClient, study: tuple[Path, ResultsFolder], tmp_path: Path
) -> None:
    _, results = study
    secret = tmp_path / "secret.html"
    secret.write_text("<body>secret")
    for name in ("evil.html", "tables/evil.html", "lesions/EVIL.html", "lesions/evil.htm"):
        (results.root / name).write_text("<body>secret")
    (results.root / "lesions" / "link.html").symlink_to(secret)
    for trick in TRICKS:
        answer = client.get(f"/report/{trick}")
        assert answer.status_code in (301, 302, 308, 403, 404), trick
        assert "secret" not in answer.text


def test_report_pages_are_served_with_links_and_their_own_scripts_only(
    client: FlaskClient, study: tuple[Path, ResultsFolder]
) -> None:
    _, results = study
    for file in results.root.glob("lesions/*.html"):
        name = file.relative_to(results.root).as_posix()
        answer = client.get(f"/report/{name}")
        assert answer.status_code == 200
        assert f'href="/lesion/{file.stem}"' in answer.text
        policy = answer.headers["Content-Security-Policy"]
        assert "'unsafe-inline'" not in policy
        assert "default-src 'none'" in policy
        assert "script-src 'sha256-" in policy
    assert page_path(results, "index.html") == (results.root / "index.html").resolve()


def test_a_report_page_without_a_policy_may_run_nothing() -> None:
    policy = policy_of(b"<body><script>alert(1)</script>")
    assert policy.endswith("style-src 'none'; script-src 'none'")
    sneaky = policy_of(b'<meta http-equiv="Content-Security-Policy" content="script-src *; x">')
    assert "*" not in sneaky
