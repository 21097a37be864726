"""A model of what people do to history, driven against real git and gitmem."""
