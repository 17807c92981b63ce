"""Moving old conversations to the archive's tables and store, reading them there, and putting them back."""
