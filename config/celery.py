"""Celery: messages carry ids and mean "look now"; the database is schedule and queue."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("gridline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
