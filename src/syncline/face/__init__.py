"""Faces in a picture stream: tracks, landmarks, pose, mouth measurements."""
