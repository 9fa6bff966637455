"""The actor engine: real frames of the person's own mouth, chosen by phonetic context."""
