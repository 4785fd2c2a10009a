"""The page for people: server-rendered, without scripts, nothing stored."""
