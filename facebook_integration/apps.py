from django.apps import AppConfig


class FacebookIntegrationConfig(AppConfig):
    name = "facebook_integration"
    verbose_name = "Facebook Integration"
