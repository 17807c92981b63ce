"""The phone: what customers (and whoever else touches the platform) do, played through the control API."""
