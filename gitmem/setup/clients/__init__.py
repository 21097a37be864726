"""What gitmem adds for each client to its files, and takes out again."""
