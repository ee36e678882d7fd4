"""The workspace of somebody with many shops: where their files lie, and what is made of them."""
