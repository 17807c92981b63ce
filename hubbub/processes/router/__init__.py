"""The path router on the one PORT: heads pass through as they came (but for the connection's own lines), bodies stream
both ways with neither side held in memory, WebSockets become tunnels."""
