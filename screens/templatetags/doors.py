"""What the sign-in page asks about the doors of the house."""

from allauth.account.adapter import get_adapter
from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def signup_is_open(context: template.RequestContext) -> bool:
    """Say whether this visitor may make an account."""
    request = context.get("request")
    return bool(request and get_adapter(request).is_open_for_signup(request))
