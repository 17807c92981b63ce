from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "hubbub.conversations"
    label = "conversations"
