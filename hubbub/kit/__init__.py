"""What every part may use: errors, time, ids, JSON, encryption, text, HTTP, logging. No Django, no domain."""
