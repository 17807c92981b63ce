"""The usual way of doing the same work, in this process."""
