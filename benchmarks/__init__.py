"""How fast the product is, beside yardsticks that are measured in the same run (docs/performance.md)."""
