"""A stand-in for Meta's Instagram platform: own process, own storage, nothing of the product imported."""
