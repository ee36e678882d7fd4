"""The sample of an agency: invented shops on every platform, whose files lie as such files do."""
