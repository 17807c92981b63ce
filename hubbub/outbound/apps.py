from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "hubbub.outbound"
    label = "outbound"
