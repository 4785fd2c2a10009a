"""The same review over many patients: records to tables of facts, the rules compiled to queries over them."""
