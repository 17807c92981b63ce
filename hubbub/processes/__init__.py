"""What runs Hubbub on a machine: the embedded database, the roles, the path router, the supervisor. No Django here."""
