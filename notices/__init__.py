"""Tells people what happened, once, by e-mail; Home tells it on the screen."""
