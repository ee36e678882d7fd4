"""What tests of plugins need: for now the synthetic platform ``toy`` and events for it."""
