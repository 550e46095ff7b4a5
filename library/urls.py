from django.urls import path

from library import views

urlpatterns = [
    path("media/<str:token>.jpg", views.media_fetch, name="media_fetch"),
    path("w/<slug:workspace>/library/", views.library, name="library"),
    path("w/<slug:workspace>/library/<uuid:pk>/discard/", views.asset_discard, name="asset_discard"),
    path("w/<slug:workspace>/library/<uuid:pk>/thumb.jpg", views.asset_thumb, name="asset_thumb"),
    path("w/<slug:workspace>/library/<uuid:pk>/photo.jpg", views.asset_photo, name="asset_photo"),
]
