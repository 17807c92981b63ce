"""One module a row of the bar; each has functions that take the town and return results."""
