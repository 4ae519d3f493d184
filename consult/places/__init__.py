"""Where comments stand in later versions: carried over by the worker, decided by editors where nobody is sure."""
