"""PostgreSQL as Django knows it, with an end to every wait for it and with its clock."""
