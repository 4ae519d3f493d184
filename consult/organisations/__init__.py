"""Organisations: how they are verified, who acts for them, what the public sees of them."""
