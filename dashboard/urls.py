from django.urls import path

from dashboard import views

urlpatterns = [
    path("w/<slug:workspace>/", views.home, name="home"),
]
