from django.apps import AppConfig


class InboundConfig(AppConfig):
    name = "hubbub.inbound"
    label = "inbound"
