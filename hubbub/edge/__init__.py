"""The webhook receiver: bounded → verified → durable → 200. It knows neither Django nor what is inside a body."""
