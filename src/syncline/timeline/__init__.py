"""The document that says which sound, frames and takes lie where, and why."""
