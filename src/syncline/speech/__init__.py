"""Sound as speech: activity, features, phones, alignment, visemes."""
