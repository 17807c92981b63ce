"""The pretended api.line.me and api-data.line.me."""
