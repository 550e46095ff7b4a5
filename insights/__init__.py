"""Metric catalogue, sync, values, account screens."""
