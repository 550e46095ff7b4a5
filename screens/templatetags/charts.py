"""Charts as server-rendered SVG."""

from django import template

register = template.Library()
