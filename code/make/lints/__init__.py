"""The book's own lints: what a chapter promises and no other tool can check."""
