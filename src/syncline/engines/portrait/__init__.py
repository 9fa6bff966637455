"""The portrait engine: one still picture speaks."""
