from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "hubbub.channels"
    label = "channels"
