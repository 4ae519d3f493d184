"""Two versions compared: for the page, the API and redlines to take away."""
