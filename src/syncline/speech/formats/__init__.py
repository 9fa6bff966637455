"""Cue sheets in the forms that other tools read: one module a family, each a pure function from sheet to text."""
