"""Records to facts: the rows a monograph asks about, as tables that every engine reads alike."""
