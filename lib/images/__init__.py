"""Pictures in, pictures judged."""
