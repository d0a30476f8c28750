"""Monte Carlo dropout and the calibration of the band."""
