"""The autoencoders and their training: torch, no files."""
