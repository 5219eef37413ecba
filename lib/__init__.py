"""The measuring instruments of the study: models, image sets, statistics of a latent cloud, theory, figures and claims."""
