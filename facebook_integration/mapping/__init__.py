"""Documented names over the hub's own rows: one table, a query that resolves it, attributes that read and write it."""
