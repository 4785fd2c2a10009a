"""The OMOP Common Data Model 5.4 as records: the tables of a database to the rows that every reader gives."""
