"""Django's PostgreSQL backend, with moments read faster."""
