"""The form without a line."""
