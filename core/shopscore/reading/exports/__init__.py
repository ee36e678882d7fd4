"""Back-office exports: recognised by their headers, picked, cleaned."""
