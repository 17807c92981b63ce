from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "hubbub.desk"
    label = "desk"
