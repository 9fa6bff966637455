"""Files in and out: probe, read, write. The only room that knows PyAV."""
