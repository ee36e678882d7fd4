"""Pages: one file of HTML that opens from a mail, with everything in it."""
