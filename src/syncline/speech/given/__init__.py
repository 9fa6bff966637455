"""Words and phones with times that others have made: one module a family of files, each from text to `Given`."""
