from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "hubbub.contacts"
    label = "contacts"
