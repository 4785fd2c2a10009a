"""What was answered, shown and done about it: an append-only log, each entry chained to the last one."""
