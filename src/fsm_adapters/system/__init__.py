"""The process's own services: time, chance, waiting, logs."""
