"""Facebook Messenger as documented: models and services with the documented names, over the hub."""
