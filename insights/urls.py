from django.urls import path

from insights import views

urlpatterns = [
    path("w/<slug:workspace>/insights/", views.insights, name="insights"),
    path("w/<slug:workspace>/insights/<uuid:pk>/", views.account_insights, name="account_insights"),
    path("w/<slug:workspace>/insights/<uuid:pk>/progress/", views.account_progress, name="account_progress"),
    path("w/<slug:workspace>/insights/<uuid:pk>/sync/", views.account_sync, name="account_sync"),
]
