"""The two OAuth doors: handshake by django-allauth, grant by us."""
