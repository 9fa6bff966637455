"""The command line: one file a command."""

from __future__ import annotations

from syncline.cli.app import main

__all__ = ["main"]
