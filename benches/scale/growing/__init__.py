"""Parts of the growth benchmark."""
