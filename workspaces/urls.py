from django.urls import path

from workspaces import views
from workspaces.outbox import outbox

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("", views.landing, name="landing"),
    path("outbox/", outbox, name="outbox"),
    path("new/", views.workspace_new, name="workspace_new"),
    path("join/<str:token>/", views.join, name="join"),
    path("w/<slug:workspace>/settings/", views.settings, name="settings"),
    path("w/<slug:workspace>/settings/people/", views.people, name="people"),
    path("w/<slug:workspace>/settings/people/<int:pk>/remove/", views.person_remove, name="person_remove"),
    path(
        "w/<slug:workspace>/settings/invitations/<uuid:pk>/revoke/", views.invitation_revoke, name="invitation_revoke"
    ),
    path("w/<slug:workspace>/settings/clients/", views.clients, name="clients"),
    path("w/<slug:workspace>/settings/clients/<uuid:pk>/", views.client_edit, name="client_edit"),
]
