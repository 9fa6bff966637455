"""The way of the data: from a plate and a sound to a take. The only room that knows all others."""
