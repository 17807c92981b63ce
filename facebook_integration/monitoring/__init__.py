"""How the Pages are doing: figures read from the hub's own records, for people and for machines."""
