"""What draws the mouth."""
