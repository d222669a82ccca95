"""A module whose import fails, for test-loop."""
import nowhere  # noqa: F401
