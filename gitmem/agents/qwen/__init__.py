"""Qwen Code: where its sessions are, and how they are read."""
