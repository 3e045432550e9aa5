"""SQLite: checkpoint store, bus, retry scheduler and all the rest in one file."""
