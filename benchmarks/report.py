"""How a benchmark's report is written: one Markdown file for people, one JSON file for machines."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.material import REPORTS


def machine() -> str:
    """The class of machine in words: cores and processor, no names."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            model = next((row.split(":", 1)[1].strip() for row in lines if row.startswith("model name")), model)
    except OSError:
        pass  # not Linux: the platform module's word stands
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


@dataclass(frozen=True)
class Report:
    """The report `benchmarks/reports/NAME.md` and `.json`."""

    name: str
    title: str

    def write(self, body: str, missed: Sequence[str], figures: dict[str, Any]) -> None:
        """Write both files; `missed` are the aims not reached, in words."""
        REPORTS.mkdir(parents=True, exist_ok=True)
        head = f"# {self.title}\n\n`python -m benchmarks {self.name}`, {datetime.date.today()}, {machine()}.\n"
        verdict = "All aims reached." if not missed else "Not reached:\n\n" + "\n".join(f"- {each}" for each in missed)
        (REPORTS / f"{self.name}.md").write_text(f"{head}\n{body}\n\n{verdict}\n", encoding="utf-8")
        document = {"benchmark": self.name, "date": str(datetime.date.today()), "machine": machine()}
        text = json.dumps(document | {"missed": list(missed)} | figures, indent=1, ensure_ascii=False)
        (REPORTS / f"{self.name}.json").write_text(text + "\n", encoding="utf-8")
        print(body, verdict, sep="\n\n")
