"""Calibration of probabilities: methods, fitting, reliability."""
