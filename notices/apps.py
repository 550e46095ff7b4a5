from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.signals import connection_lost
        from notices import telling

        connection_lost.connect(telling.on_connection_lost, dispatch_uid="notices")
