from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "hubbub.organizations"
    label = "organizations"
