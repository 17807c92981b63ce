"""The Send API of Messenger and Instagram."""
