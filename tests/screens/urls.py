"""The product's addresses and the sheet of parts, which only DEBUG has."""

from django.urls import path

from config.urls import urlpatterns as product
from screens.views import styleguide

urlpatterns = [*product, path("styleguide/", styleguide, name="styleguide")]
