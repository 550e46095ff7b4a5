from django.urls import include, path

from accounts import connect_views, views

urlpatterns = [
    path("", include("accounts.doors.urls")),
    path("w/<slug:workspace>/accounts/", views.accounts, name="accounts"),
    path("w/<slug:workspace>/accounts/connect/", connect_views.connect, name="connect"),
    path("w/<slug:workspace>/accounts/connect/start/", connect_views.connect_start, name="connect_start"),
    path("w/<slug:workspace>/accounts/connect/pick/<uuid:pk>/", connect_views.connect_pick, name="connect_pick"),
    path("w/<slug:workspace>/accounts/<uuid:pk>/", views.account, name="account"),
    path("w/<slug:workspace>/accounts/<uuid:pk>/client/", views.account_client, name="account_client"),
    path("w/<slug:workspace>/accounts/<uuid:pk>/remove/", views.account_remove, name="account_remove"),
    path("w/<slug:workspace>/accounts/<uuid:pk>/picture.jpg", views.ig_user_picture, name="ig_user_picture"),
    path("w/<slug:workspace>/connections/<uuid:pk>/check/", views.connection_check, name="connection_check"),
    path("w/<slug:workspace>/connections/<uuid:pk>/disconnect/", views.disconnect, name="disconnect"),
    path("w/<slug:workspace>/media/<int:pk>/thumbnail.jpg", views.media_thumbnail, name="media_thumbnail"),
]
