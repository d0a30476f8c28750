"""Training, calibration and evaluation on real records."""
