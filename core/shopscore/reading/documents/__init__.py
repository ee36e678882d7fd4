"""Reading documents: what a console or an official API answered, saved as a file."""
