"""Structure or chance? Arrays only."""
