"""The screens that need several apps."""
