"""Measured quality of a take."""
