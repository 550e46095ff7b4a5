"""Every address of the product."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from screens.views import styleguide

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("account/", include("allauth.account.urls")),
    path("", include("dashboard.urls")),
    path("", include("insights.urls")),
    path("", include("publishing.urls")),
    path("", include("library.urls")),
    path("", include("accounts.urls")),
    path("", include("workspaces.urls")),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
