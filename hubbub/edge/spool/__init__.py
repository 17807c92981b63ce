"""The place on disk for deliveries that arrive while the database is away.

`HUBBUB_SPOOL_DIR/edge-…/` is one edge's folder, locked while that edge lives; it holds numbered segment files of
frames. A folder without its lock belonged to an edge that died, and whoever finds it drains it. `quarantine/` keeps
segments with damaged parts and deliveries that the database refuses.
"""
