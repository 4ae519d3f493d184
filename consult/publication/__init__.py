"""How formal responses are published: chosen by respondents, shown to everybody, handled at the desk."""
