from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "hubbub.realtime"
    label = "realtime"
