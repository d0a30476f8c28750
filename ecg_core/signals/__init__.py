"""Preparing and reading Lead I: filters, windows, waves, intervals, beats, quality."""
