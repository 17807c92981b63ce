"""Reading what a team works with: one module a noun."""
