"""Measurements of Syncline: `python -m benchmarks NAME`, each with its report under `benchmarks/reports`."""
