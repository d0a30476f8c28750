"""The commands of ``ecg-core``: what each takes, and what it does."""
