"""Hubbub: one hub for every conversation that a business has on Messenger, Instagram, WhatsApp and LINE."""
