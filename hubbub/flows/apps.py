from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "hubbub.flows"
    label = "flows"
