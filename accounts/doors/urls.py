"""Where the two logins return to. A door has no other address: allauth's own would take scopes from the query."""

from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.doors.handshake import Callback, FacebookHandshake, InstagramHandshake, receive_fragment

urlpatterns = [
    path(
        "connect/callback/instagram/",
        require_GET(Callback.adapter_view(InstagramHandshake)),
        name="instagram_callback",
    ),
    path("connect/callback/facebook/", require_GET(Callback.adapter_view(FacebookHandshake)), name="facebook_callback"),
    path("connect/callback/facebook/fragment/", require_POST(receive_fragment), name="facebook_fragment"),
]
