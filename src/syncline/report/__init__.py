"""A page that shows a take: players, plots and figures in one file that needs nothing else."""

from __future__ import annotations

from syncline.report.page import write_report, write_score_report

__all__ = ["write_report", "write_score_report"]
