"""Keeping: artifacts and their sidecars, locks, formats, progress."""
