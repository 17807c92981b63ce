"""Kills everything again and again under load, and compares what the platforms saw with what the hub knows."""
