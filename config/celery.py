"""Celery: messages carry ids and mean "look now"; the database is schedule and queue."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("gridline")
# Threads of a web server look for the default app; without one their messages would go nowhere.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
