"""Mouth tracks: what the lips should do, before any pixel is drawn."""
