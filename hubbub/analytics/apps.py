from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "hubbub.analytics"
    label = "analytics"
