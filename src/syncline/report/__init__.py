"""A page that shows a take: players, plots and figures in one file that needs nothing else."""

from __future__ import annotations

from syncline.report.page import refuse_folder, write_report, write_score_report

__all__ = ["refuse_folder", "write_report", "write_score_report"]
