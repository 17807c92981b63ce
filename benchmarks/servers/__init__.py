"""Servers to measure against: each is a program `python -m benchmarks.servers.NAME --port N`."""
