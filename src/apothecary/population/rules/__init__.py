"""The condition algebra compiled to Ibis expressions over the tables of facts."""
