"""A page that shows a take: players, plots and figures in one file that needs nothing else."""

from __future__ import annotations

from syncline.report.page import check_report_folder, write_report, write_score_report

__all__ = ["check_report_folder", "write_report", "write_score_report"]
