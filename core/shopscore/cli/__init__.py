"""The two commands. Nothing heavy is imported before a command needs it."""
