"""Translators at work: block by block, the glossary, files for translation agencies."""
