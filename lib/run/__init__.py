"""Driving: notebooks headless, checks, report."""
