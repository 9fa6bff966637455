"""Drawing on regions of interest: warp, mask, colour, blend. No file access."""
