"""The one HTTP client, by story."""
