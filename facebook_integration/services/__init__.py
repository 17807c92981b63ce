"""Sending and configuring Messenger with the documented names; `facebook_api` exports all of them."""
