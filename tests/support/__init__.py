"""What several tests share: events, files, platforms and rule sets made for tests, and commands run."""
