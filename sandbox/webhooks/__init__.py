"""What the platforms send to the hub: bodies built from the documentation, signed, delivered, retried."""
