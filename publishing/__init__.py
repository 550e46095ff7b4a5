"""Posts, publications, calendar, and the engine that publishes at most once."""
