"""Aligners: each places a transcript on its sound, behind one interface."""
