"""What comes in and goes out, as the OpenAPI document shows it: one module a noun."""
