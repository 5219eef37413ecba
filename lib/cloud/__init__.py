"""One cloud of points: arrays only."""
