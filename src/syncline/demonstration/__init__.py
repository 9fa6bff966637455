"""Everything once, on a picture that comes with the package, with pages to look at."""
