"""What a coding agent leaves on disk, read into sessions and slices."""
