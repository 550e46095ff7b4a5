from django.urls import path

from publishing.views import compose, detail, overview

urlpatterns = [
    path("w/<slug:workspace>/calendar/", overview.calendar, name="calendar"),
    path("w/<slug:workspace>/posts/", overview.posts, name="posts"),
    path("w/<slug:workspace>/posts/<uuid:pk>/edit/", compose.post_edit, name="post_edit"),
    path("w/<slug:workspace>/posts/<uuid:pk>/discard/", detail.post_discard, name="post_discard"),
    path("w/<slug:workspace>/compose/", compose.compose, name="compose"),
    path("w/<slug:workspace>/compose/photo/", compose.compose_photo, name="compose_photo"),
    path("w/<slug:workspace>/compose/autosave/", compose.compose_autosave, name="compose_autosave"),
    path("w/<slug:workspace>/publications/<uuid:pk>/", detail.publication, name="publication"),
    path("w/<slug:workspace>/publications/<uuid:pk>/photo.jpg", detail.publication_photo, name="publication_photo"),
    path("w/<slug:workspace>/publications/<uuid:pk>/status/", detail.publication_status, name="publication_status"),
    path("w/<slug:workspace>/publications/<uuid:pk>/move/", detail.publication_move, name="publication_move"),
    path("w/<slug:workspace>/publications/<uuid:pk>/unplan/", detail.publication_unplan, name="publication_unplan"),
    path("w/<slug:workspace>/publications/<uuid:pk>/replan/", detail.publication_replan, name="publication_replan"),
    path("w/<slug:workspace>/publications/<uuid:pk>/retry/", detail.publication_retry, name="publication_retry"),
    path("w/<slug:workspace>/publications/<uuid:pk>/discard/", detail.publication_discard, name="publication_discard"),
    path("w/<slug:workspace>/publications/<uuid:pk>/live/", detail.publication_live, name="publication_live"),
    path(
        "w/<slug:workspace>/publications/<uuid:pk>/not-live/", detail.publication_not_live, name="publication_not_live"
    ),
]
