"""What stands between a transcript and the world: masking, caps, framing. Pure."""
