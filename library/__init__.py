"""Assets, renditions, checks and fixes, signed URLs."""
