"""Copies for the public, kind by kind: the content stays as it is, what tells of people goes."""
