"""Configuration: `environment` reads and types it, `base`, `test` and `production` hand it to Django."""
