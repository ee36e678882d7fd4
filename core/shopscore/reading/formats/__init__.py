"""Files as records: archives, encodings, delimited text, workbooks, and typed tables."""
