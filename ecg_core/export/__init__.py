"""Writing an analysis for other programs: one module a format."""
