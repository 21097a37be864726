"""Work over many memories at once: backfill, curate, recompress, scrub, import."""
