"""Parts that every screen shares: icons, charts, formats, the style guide."""
