"""The study's library, in wings from above to below; arrows run down only (a test keeps it).

    run      driving: notebooks headless, checks of a finished run, pages, report, fitness of the machine
    stages   what a run keeps: networks, latents, t-SNE maps, calibration, controls; here loops meet files
    images   pictures in (drawn faces, photos, one cache of both), pictures judged
    network  the autoencoders, their training, their coordinates: torch, no files
    claims   the table of what the posts state, what was measured, and the verdicts
    figures  style, saving, tables, drawings
    trial    structure or chance? planes, spots, dimensions, filaments, webs, calibration: arrays only
    cloud    one cloud of points: its statistics, laws, generators, maps: arrays only
    store    keeping: artifacts and their sidecars, locks, formats, progress
    study    one run: where, how many, which
"""
