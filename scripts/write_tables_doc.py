"""Write the tables of docs/study-folder.md and docs/output-tables.md from the code.

    python scripts/write_tables_doc.py [--check]

With --check nothing is written; exit code 1 where a page is not what would be written.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lesiontrack.study.schema import TABLES as INPUTS
from lesiontrack.tables import TABLES as OUTPUTS

DOCS = Path(__file__).resolve().parents[1] / "docs"
MARK = "<!-- written by scripts/write_tables_doc.py; below this line nothing is kept -->\n"


def input_tables() -> str:
    parts = []
    for table in INPUTS.values():
        parts.append(f"\n### {table.file}\n\n| column | | kind | meaning |\n|---|---|---|---|\n")
        for column in table.columns:
            words = column.choices or column.words
            meaning = column.meaning + (f": {', '.join(words)}" if words else "")
            required = "required" if column.required else ""
            parts.append(f"| `{column.name}` | {required} | {column.kind} | {meaning} |\n")
        if table.open:
            parts.append("\nFurther columns are taken as they are (analysis sets, tone, centre, …).\n")
    return "".join(parts)


def output_tables() -> str:
    parts = []
    for name, columns in OUTPUTS.items():
        parts.append(f"\n### {name}\n\n| column | type | unit | meaning |\n|---|---|---|---|\n")
        parts += [f"| `{c.name}` | {c.type} | {c.unit} | {c.meaning} |\n" for c in columns]
    return "".join(parts)


def main() -> int:
    stale = []
    for name, tables in (("study-folder.md", input_tables()), ("output-tables.md", output_tables())):
        page = DOCS / name
        text = page.read_text("utf-8")
        wanted = text[: text.index(MARK) + len(MARK)] + tables
        if text != wanted:
            stale.append(name)
            if "--check" not in sys.argv:
                page.write_text(wanted, "utf-8")
    print("\n".join(f"{name}: out of date" for name in stale) or "up to date")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
