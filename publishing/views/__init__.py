"""The screens of publishing: composer, calendar, list, and one publication."""
