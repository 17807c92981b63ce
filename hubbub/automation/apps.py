from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "hubbub.automation"
    label = "automation"
