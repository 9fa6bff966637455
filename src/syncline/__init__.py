"""Syncline: make people on screen speak a given soundtrack, and prove that they do."""
