"""Files as tables of text: archives, encodings, delimited text, workbooks."""
