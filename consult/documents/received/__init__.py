"""Word and HTML files as they come in: each becomes Markdown, its figures, and notes on what could not come along."""
