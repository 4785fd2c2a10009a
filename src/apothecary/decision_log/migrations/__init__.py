"""How the tables of a log came about, one step a file, run when a log is opened."""
