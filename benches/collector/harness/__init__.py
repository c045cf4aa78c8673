"""Starts servers, loads them, and measures what they do: the parts of `run` and `kill`."""
