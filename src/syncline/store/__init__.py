"""Content-addressed artifacts and the step cache."""
