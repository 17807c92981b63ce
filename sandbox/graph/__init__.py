"""The pretended graph.facebook.com and graph.instagram.com."""
